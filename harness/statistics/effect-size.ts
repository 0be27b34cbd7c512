import type { Moments } from './moments.js'
import { DegenerateSampleError } from './sample.js'

/**
 * Cohen's d: the difference of the means in pooled standard deviations, positive when b is smaller.
 *
 * @param a moments of n ≥ 2 values of any sign  @param b like a; sizes may differ
 * @throws {DegenerateSampleError} neither sample varies
 * @source Cohen 1988, Statistical Power Analysis; golden vectors (`cohenD`) from numpy
 */
export function effectSize(a: Moments, b: Moments): number {
  const squares = a.variance * (a.n - 1) + b.variance * (b.n - 1)
  const pooled = Math.sqrt(squares / (a.n + b.n - 2))
  if (!(pooled > 0))
    throw new DegenerateSampleError(
      'neither sample varies, so the effect size is undefined; compare the means themselves',
    )
  return (a.mean - b.mean) / pooled
}
