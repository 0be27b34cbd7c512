import { EngineError } from '../errors.js'
import { MAX_RECOVERABLE_TICKS, ticksAt } from '../market/money.js'

/**
 * The exact sum of a window in ticks, which are whole numbers, so that no order of summation
 * changes it.
 *
 * @param values  `ticks / power`, correctly rounded
 * @param power   ticks per unit
 * @returns NaN if a bar of the window has no value
 * @throws {EngineError} `precision`: the sum is beyond the safe integers, or a value beyond 2^51
 * ticks
 */
export function exactSum(values: Float64Array, power: number): number {
  let sum = 0
  for (const value of values) {
    if (Number.isNaN(value)) return value
    sum += ticksAt(value, power)
  }
  // A rounded sum of ticks is safe only if the exact one is.
  if (Number.isSafeInteger(sum)) return sum
  throw new EngineError(
    'precision',
    `the sum of ${values.length} bars is beyond 2^53 ticks of 1/${power}; use fewer bars, or ingest with a smaller scale`,
  )
}

/** A column, and how to sum it. */
export interface SlidingSums {
  /** `ticks / power`, correctly rounded. */
  readonly values: Float64Array
  readonly power: number
  /** Length of the window. */
  readonly bars: number
}

/**
 * Writes the sums that end at `from`, `from + 1`, … before `to`, each from the one before it. It
 * stops where `exactSum` would throw.
 *
 * @param from  at least `bars − 1`
 * @returns the end of what was written
 */
export function slideSums(
  { values, power, bars }: SlidingSums,
  from: number,
  to: number,
  sums: Float64Array,
): number {
  let sum = 0
  let missing = 0
  for (let i = from + 1 - bars; i < to; i++) {
    const added = values[i]!
    if (Number.isNaN(added)) missing++
    else {
      const ticks = Math.round(added * power)
      if (!(Math.abs(ticks) <= MAX_RECOVERABLE_TICKS)) return Math.max(from, i)
      sum += ticks
    }
    if (i < from) continue
    if (!Number.isSafeInteger(sum)) return i
    sums[i] = missing > 0 ? Number.NaN : sum
    const dropped = values[i + 1 - bars]!
    if (Number.isNaN(dropped)) missing--
    else sum -= Math.round(dropped * power)
  }
  return to
}
