/** The name of the strategy that needs no module. */
export const SHIPPED_STRATEGY = 'sma-crossover'
