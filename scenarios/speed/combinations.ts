/** The two averages of one backtest, in bars. */
export interface Combination {
  readonly fast: number
  readonly slow: number
}

/** Shares held while the fast average is above the slow one. */
export const SHARES = 10
/** Starting cash, in units of the price. */
export const CASH = 1_000_000

const FASTS = 10
const SLOWS = 10
/** Has no common divisor with the number of combinations, so that each is visited once. */
const STRIDE = 37

/**
 * The 100 combinations of a search: fast averages of 5, 10 … 50 bars, slow ones of 60, 70 … 150. In
 * an order in which any first part has short and long averages alike, for engines that are too slow
 * for all of them.
 */
export function combinations(): Combination[] {
  const count = FASTS * SLOWS
  return Array.from({ length: count }, (_, i) => {
    const at = (i * STRIDE) % count
    return { fast: 5 * ((at % FASTS) + 1), slow: 60 + 10 * Math.floor(at / FASTS) }
  })
}
