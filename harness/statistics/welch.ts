import { type Interval, type TQuantile, tInterval } from './interval.js'
import { type Moments, momentsOf } from './moments.js'
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

/** A difference of two means and its standard error. */
export interface MeanDifference {
  /** mean(a) − mean(b). */
  readonly difference: number
  /** Standard error of the difference, > 0. */
  readonly se: number
  /** Degrees of freedom by Welch–Satterthwaite, not necessarily whole. */
  readonly df: number
}

/**
 * Welch's two-sample t-test: could these two samples share a mean? Variances may differ.
 *
 * @param baseline   run values, ms, n ≥ 2
 * @param candidate  run values, ms, n ≥ 2; sizes may differ
 * @returns t (positive when the candidate is faster), df (Welch–Satterthwaite, not necessarily
 * whole), two-sided p in [0, 1], and the interval of mean(baseline) − mean(candidate), ms
 * @throws {DegenerateSampleError} both variances are zero, so t is undefined; an undefined t is
 * never significant
 * @source Welch 1947, Biometrika 34; golden vectors from scipy.stats.ttest_ind(equal_var=False)
 */
export function welchTest(baseline: Sample, candidate: Sample): TTest {
  return differenceOfMeans(momentsOf(baseline), momentsOf(candidate))
}

/**
 * The same test from the moments of two samples of n ≥ 2 values of any sign. The interval is in
 * the unit of the values.
 *
 * @throws {DegenerateSampleError} both variances are zero
 * @source Welch 1947, Biometrika 34
 */
export function differenceOfMeans(a: Moments, b: Moments, quantile?: TQuantile): TTest {
  const { difference, se, df } = meanDifference(a, b)
  const t = difference / se
  return { t, df, p: twoSidedP(t, df), ci95: tInterval(difference, se, df, quantile) }
}

/**
 * mean(a) − mean(b), its standard error and degrees of freedom.
 *
 * @param a moments of n ≥ 2 values  @param b like a
 * @throws {DegenerateSampleError} both variances are zero
 * @source Welch 1947, Biometrika 34
 */
export function meanDifference(a: Moments, b: Moments): MeanDifference {
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
 * Degrees of freedom of the sum of two independent variances, which must not both be zero.
 *
 * @source Satterthwaite 1946, Biometrics Bull. 2
 */
export function satterthwaite(errorA: number, dfA: number, errorB: number, dfB: number): number {
  return (errorA + errorB) ** 2 / (errorA ** 2 / dfA + errorB ** 2 / dfB)
}
