import { EngineError } from '../errors.js'
import { ticksAt } from '../market/money.js'

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
