/** The word for the pure baseline, given instead of the name of a layer. */
export const PURE = 'baseline'
/** The word for all scenarios, given instead of the name of one. */
export const ALL = 'all'
