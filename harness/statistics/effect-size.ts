import { meanOf, varianceOf } from './moments.js'
import { DegenerateSampleError } from './sample.js'
import { scaled, scaleOf } from './scale.js'

/**
 * Cohen's d: the difference of the means in pooled standard deviations, positive when b is smaller.
 *
 * @param a n ≥ 2 values of any sign and size  @param b as a; sizes may differ
 * @throws {DegenerateSampleError} neither sample varies
 * @source Cohen 1988, Statistical Power Analysis; golden vectors (`cohenD`) from numpy
 */
export function effectSize(a: readonly number[], b: readonly number[]): number {
  const factor = scaleOf(a, b)
  const [x, y] = [scaled(a, factor), scaled(b, factor)]
  const squares = varianceOf(x) * (x.length - 1) + varianceOf(y) * (y.length - 1)
  const pooled = Math.sqrt(squares / (x.length + y.length - 2))
  if (!(pooled > 0))
    throw new DegenerateSampleError('neither sample varies, so there is no effect size; compare the means themselves')
  return (meanOf(x) - meanOf(y)) / pooled
}
