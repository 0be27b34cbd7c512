import { type Interval, type TQuantile, tInterval } from './interval.js'
import { type JointMoments, jointMoments } from './moments.js'
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

/** A difference of two means and how well it is known. */
export interface MeanDifference {
  /** mean(a) − mean(b). */
  readonly difference: number
  /** > 0. */
  readonly se: number
  /** Welch–Satterthwaite, real. */
  readonly df: number
}

/**
 * Welch's two-sample t-test: could these two samples share a mean? Variances may differ.
 *
 * @param baseline   run values, ms, n ≥ 2
 * @param candidate  run values, ms, n ≥ 2; sizes may differ
 * @returns t (positive when the candidate is faster), df (Welch–Satterthwaite, real), p two-sided
 * in [0, 1], the interval of
 *   mean(baseline) − mean(candidate), ms
 * @throws {DegenerateSampleError} both variances are zero: t is undefined, and undefined is never
 * significant
 * @source Welch 1947, Biometrika 34; golden vectors from scipy.stats.ttest_ind(equal_var=False)
 */
export function welchTest(baseline: Sample, candidate: Sample): TTest {
  return differenceOfMeans(jointMoments(baseline, candidate))
}

/**
 * The same test for the moments of values of any sign and size, n ≥ 2 each; the interval is in the
 * unit of the values.
 *
 * @throws {DegenerateSampleError} both variances are zero
 * @source Welch 1947, Biometrika 34
 */
export function differenceOfMeans({ a, b }: JointMoments, quantile?: TQuantile): TTest {
  const { difference, se, df } = meanDifference({ a, b })
  const { lower, upper } = tInterval(difference, se, df, quantile)
  const { factor } = a
  return {
    t: difference / se,
    df,
    p: twoSidedP(difference / se, df),
    ci95: { lower: lower / factor, upper: upper / factor },
  }
}

/**
 * mean(a) − mean(b), its standard error and degrees of freedom.
 *
 * @param moments of n ≥ 2 values each
 * @throws {DegenerateSampleError} both variances are zero
 * @source Welch 1947, Biometrika 34
 */
export function meanDifference({ a, b }: JointMoments): MeanDifference {
  const errorA = a.variance / a.n
  const errorB = b.variance / b.n
  const difference = a.mean - b.mean
  const se = Math.sqrt(errorA + errorB)
  if (!(se > 0))
    throw new DegenerateSampleError(
      'neither sample varies, so t is undefined; compare the means themselves',
    )
  return { difference, se, df: satterthwaite(errorA, a.n - 1, errorB, b.n - 1) }
}

/**
 * Degrees of freedom of a sum of two independent variances; not both zero.
 *
 * @source Satterthwaite 1946, Biometrics Bull. 2
 */
export function satterthwaite(errorA: number, dfA: number, errorB: number, dfB: number): number {
  const df = (errorA + errorB) ** 2 / (errorA ** 2 / dfA + errorB ** 2 / dfB)
  if (Number.isFinite(df)) return df
  // The squares vanished: one arm lies many orders of magnitude below the other, and both vary in
  // its last digits only.
  const share = errorA / (errorA + errorB)
  return 1 / (share ** 2 / dfA + (1 - share) ** 2 / dfB)
}
