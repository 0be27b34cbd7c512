import { EngineError } from '../errors.js'
import { type TickSum, tickSum } from './tick-sum.js'

/**
 * The simple moving average of a whole window, from its exact sum: two roundings away from the true
 * mean, whatever the length, and three where the sum is a bigint. To decide which of two averages
 * is larger, use `compareAverages`, which does not round at all.
 *
 * @param prices  `ticks / power`, correctly rounded, oldest first, at least one; at most 2^51 ticks
 * each
 * @param power   ticks per unit of price
 * @returns NaN where a bar of the window did not trade
 * @throws {EngineError} `precision`: see `tickSum`
 */
export function sma(prices: ArrayLike<number>, power: number): number {
  return Number(tickSum(prices, power)) / prices.length / power
}

/**
 * Which of two averages is larger, exactly: the sign of fastSum / fast − slowSum / slow,
 * cross-multiplied. Averages compared as doubles call some exact ties crossings.
 *
 * @param fastSum  in ticks
 * @param fast     window length, ≥ 1
 * @param slowSum  in ticks
 * @param slow     window length, ≥ 1
 * @returns 1: the fast average is above; −1: below; 0: equal
 * @throws {EngineError} `strategy-misuse`: a sum that is no whole number of ticks (a window with an
 * untraded bar sums to NaN)
 */
export function compareAverages(
  fastSum: TickSum,
  fast: number,
  slowSum: TickSum,
  slow: number,
): -1 | 0 | 1 {
  if (typeof fastSum === 'number' && typeof slowSum === 'number') {
    const above = fastSum * slow
    const below = slowSum * fast
    if (Number.isSafeInteger(above) && Number.isSafeInteger(below))
      return above > below ? 1 : above < below ? -1 : 0
  }
  requireTicks(fastSum, 'fast')
  requireTicks(slowSum, 'slow')
  const exact = BigInt(fastSum) * BigInt(slow) - BigInt(slowSum) * BigInt(fast)
  return exact > 0n ? 1 : exact < 0n ? -1 : 0
}

function requireTicks(sum: TickSum, name: string): void {
  if (typeof sum === 'bigint' || Number.isSafeInteger(sum)) return
  const remedy = 'windows with untraded bars have no sum, so ask for price, which is forward-filled'
  throw new EngineError(
    'strategy-misuse',
    `the ${name} sum is ${sum}, not a whole number of ticks; ${remedy}`,
  )
}
