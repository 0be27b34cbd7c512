import { mean, sampleVariance } from 'simple-statistics'
import { type Interval, tInterval } from './interval.js'
import { DegenerateSampleError, type Sample } from './sample.js'
import { twoSidedP } from './student-t.js'

/** A t-test of one difference. */
export interface TTest {
  readonly t: number
  readonly df: number
  /** Two-sided, in [0, 1]. */
  readonly p: number
  /** 95 % interval of the difference. */
  readonly ci95: Interval
}

/**
 * Welch's two-sample t-test: could these two samples share a mean? Variances may differ.
 *
 * @param baseline   run values, ms, n ≥ 2
 * @param candidate  run values, ms, n ≥ 2; sizes may differ
 * @returns t (positive when the candidate is faster), df (Welch–Satterthwaite, real), p two-sided in [0, 1], the interval of
 *   mean(baseline) − mean(candidate), ms
 * @throws {DegenerateSampleError} both variances are zero: t is undefined, and undefined is never significant
 * @source Welch 1947, Biometrika 34; golden vectors from scipy.stats.ttest_ind(equal_var=False)
 */
export function welchTest(baseline: Sample, candidate: Sample): TTest {
  return differenceOfMeans(baseline, candidate)
}

/**
 * The same test for values of any sign, n ≥ 2 each.
 *
 * @throws {DegenerateSampleError} both variances are zero
 */
export function differenceOfMeans(a: readonly number[], b: readonly number[]): TTest {
  const errorA = sampleVariance([...a]) / a.length
  const errorB = sampleVariance([...b]) / b.length
  const difference = mean([...a]) - mean([...b])
  const se = Math.sqrt(errorA + errorB)
  if (!(se > 0)) throw new DegenerateSampleError('neither sample varies, so t is undefined; compare the means themselves')
  const df = (errorA + errorB) ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1))
  return { t: difference / se, df, p: twoSidedP(difference / se, df), ci95: tInterval(difference, se, df) }
}
