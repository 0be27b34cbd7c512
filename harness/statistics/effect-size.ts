import type { JointMoments } from './moments.js'
import { DegenerateSampleError } from './sample.js'

/**
 * Cohen's d: the difference of the means in pooled standard deviations, positive when b is smaller.
 *
 * @param moments of n ≥ 2 values each, of any sign and size; the numbers of values may differ
 * @throws {DegenerateSampleError} neither sample varies
 * @source Cohen 1988, Statistical Power Analysis; golden vectors (`cohenD`) from numpy
 */
export function effectSize({ a, b }: JointMoments): number {
  const squares = a.variance * (a.n - 1) + b.variance * (b.n - 1)
  const pooled = Math.sqrt(squares / (a.n + b.n - 2))
  if (!(pooled > 0))
    throw new DegenerateSampleError(
      'neither sample varies, so there is no effect size; compare the means themselves',
    )
  return (a.mean - b.mean) / pooled
}
