import { EngineError } from '../errors.js'
import { type TickSum, tickSum } from './tick-sum.js'

/**
 * The simple moving average of a whole window, from its exact sum. The result is rounded twice,
 * whatever the length of the window, or three times if the sum is a bigint. To find which of two
 * averages is larger, use `compareAverages`, which does not round.
 *
 * @param prices  `ticks / power`, correctly rounded, oldest first, at least one; at most 2^51 ticks
 * each
 * @param power   ticks per unit of price
 * @returns NaN if a bar of the window did not trade
 * @throws {EngineError} `precision`: see `tickSum`
 */
export function windowAverage(prices: ArrayLike<number>, power: number): number {
  return Number(tickSum(prices, power)) / prices.length / power
}

/**
 * Compares two averages exactly, by the sign of fastSum / fast − slowSum / slow after
 * cross-multiplication. A comparison of averages as doubles would report some exact ties as
 * crossings.
 *
 * @param fastSum  in ticks
 * @param fast     window length, ≥ 1
 * @param slowSum  in ticks
 * @param slow     window length, ≥ 1
 * @returns 1 if the fast average is above, −1 if it is below, 0 if both are equal
 * @throws {EngineError} `strategy-misuse`: a sum is not a whole number of ticks (the sum of a
 * window with an untraded bar is NaN)
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
  return compareExactly(fastSum, fast, slowSum, slow)
}

function compareExactly(fastSum: TickSum, fast: number, slowSum: TickSum, slow: number) {
  requireTicks(fastSum, 'fast')
  requireTicks(slowSum, 'slow')
  const exact = BigInt(fastSum) * BigInt(slow) - BigInt(slowSum) * BigInt(fast)
  return exact > 0n ? 1 : exact < 0n ? -1 : 0
}

function requireTicks(sum: TickSum, name: string): void {
  if (typeof sum === 'bigint' || Number.isSafeInteger(sum)) return
  throw new EngineError(
    'strategy-misuse',
    `the ${name} sum is ${sum}, not a whole number of ticks: a window with untraded bars has no sum; use the field price, which is filled forward`,
  )
}
