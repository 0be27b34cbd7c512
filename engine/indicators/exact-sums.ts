import { EngineError } from '../errors.js'

/**
 * The exact sum of a window, which no order of summation changes, because ticks are whole numbers.
 *
 * @param ticks  none below 0
 * @returns NaN if a bar of the window has no value
 * @throws {EngineError} `precision`: the sum is beyond the safe integers
 */
export function exactSum(ticks: Float64Array): number {
  let sum = 0
  for (const tick of ticks) sum += tick
  // A rounded sum is safe only if the exact one is: no term is negative.
  if (Number.isSafeInteger(sum) || Number.isNaN(sum)) return sum
  throw new EngineError(
    'precision',
    `the sum of ${ticks.length} bars is beyond 2^53 ticks; use fewer bars, or ingest with a smaller scale`,
  )
}

/**
 * Writes the sums of the windows that end at `from`, `from + 1`, … before `to`, each from the one
 * before it. It stops where `exactSum` would throw.
 *
 * @param ticks  none below 0
 * @param bars   length of the windows
 * @param from   at least `bars − 1`
 * @returns the end of what was written
 */
export function slideSums(
  ticks: Float64Array,
  bars: number,
  from: number,
  to: number,
  sums: Float64Array,
): number {
  let sum = 0
  let missing = 0
  for (let i = from + 1 - bars; i < to; i++) {
    const added = ticks[i]!
    if (Number.isNaN(added)) missing++
    else sum += added
    if (i < from) continue
    if (!Number.isSafeInteger(sum)) return i
    sums[i] = missing > 0 ? Number.NaN : sum
    const dropped = ticks[i + 1 - bars]!
    if (Number.isNaN(dropped)) missing--
    else sum -= dropped
  }
  return to
}
