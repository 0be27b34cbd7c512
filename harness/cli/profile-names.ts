/** The pure baseline, in place of the name of a layer. */
export const PURE = 'baseline'
/** Every scenario, in place of the name of one. */
export const ALL = 'all'
/** The page that consolidates all scenarios. */
export const BOTTLENECKS = 'BOTTLENECKS.md'
