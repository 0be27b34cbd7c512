/** The page in the folder of the evidence that consolidates the profiles of all scenarios. */
export const BOTTLENECKS = 'BOTTLENECKS.md'
