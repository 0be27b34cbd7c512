import { mean, sampleVariance } from 'simple-statistics'
import { DegenerateSampleError, type Sample } from './sample.js'

/**
 * Cohen's d: the difference of the means in pooled standard deviations, positive when b is smaller.
 *
 * @throws {DegenerateSampleError} neither sample varies
 * @source Cohen 1988, Statistical Power Analysis; golden vectors (`cohenD`) from numpy
 */
export function effectSize(a: Sample, b: Sample): number {
  const squares = sampleVariance([...a]) * (a.length - 1) + sampleVariance([...b]) * (b.length - 1)
  const pooled = Math.sqrt(squares / (a.length + b.length - 2))
  if (!(pooled > 0))
    throw new DegenerateSampleError('neither sample varies, so there is no effect size; compare the means themselves')
  return (mean([...a]) - mean([...b])) / pooled
}
