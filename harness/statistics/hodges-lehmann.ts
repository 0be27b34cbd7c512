import { median } from 'simple-statistics'
import { DegenerateSampleError } from './sample.js'

/** The largest sample: 2000 values make two million pairs, and more would take too long. */
const MOST = 2000

/**
 * The Hodges–Lehmann estimator: the median of the means of all pairs of values; each value also
 * forms a pair with itself.
 *
 * @param values 1 ≤ n ≤ 2000, any unit
 * @throws {DegenerateSampleError} more than 2000 values
 * @source Hodges & Lehmann 1963, Ann. Math. Stat. 34; golden vectors from numpy
 */
export function hodgesLehmann(values: readonly number[]): number {
  if (values.length > MOST)
    throw new DegenerateSampleError(
      `the estimate takes every pair of values, so at most ${MOST} values, got ${values.length}`,
    )
  return median(
    values.flatMap((value, index) => values.slice(index).map((other) => (value + other) / 2)),
  )
}
