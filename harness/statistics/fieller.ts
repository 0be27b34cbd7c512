import { sum } from 'simple-statistics'
import { exactTQuantile } from './exact-quantile.js'
import type { Interval } from './interval.js'
import type { Moments, Values } from './moments.js'
import { DegenerateSampleError } from './sample.js'
import { scaled } from './scale.js'
import { satterthwaite } from './welch.js'

/** The ratio of two means. */
export interface RatioOfMeans {
  /** mean(b) / mean(a). */
  readonly ratio: number
  /** 95 % interval of the ratio. */
  readonly ci95: Interval
  readonly df: number
}

/**
 * Fieller's interval for mean(b) / mean(a): all ratios ρ for which mean(b) − ρ·mean(a) = 0 is not
 * refused at 5 %.
 *
 * @param a of n ≥ 2 values, any size  @param b as a; of as many as a where they are paired
 * @param covarianceOfValues where a[i] and b[i] belong together: of the values times the factors of
 * a and b; then df = n − 1. Undefined where they do
 *   not: df is Satterthwaite's of the variance of mean(b) − ratio·mean(a)
 * @throws {DegenerateSampleError} the mean of a does not differ from zero beyond doubt: the ratios
 * that are not refused are unbounded, or
 *   everything outside an interval; or neither sample varies
 * @source Fieller 1954, JRSS B 16; Tamhane & Logan 2004, J. Biopharm. Stat. 14 (unequal variances);
 * golden vectors (`fiellerRatioCi95`) from numpy
 *   and scipy.stats.t.ppf
 */
export function fiellerInterval(a: Moments, b: Moments, covarianceOfValues?: number): RatioOfMeans {
  const [meanA, meanB] = [a.mean, b.mean]
  const [varianceA, varianceB] = [a.variance / a.n, b.variance / b.n]
  const covariance = (covarianceOfValues ?? 0) / a.n
  if (varianceA + varianceB === 0)
    throw new DegenerateSampleError(
      'neither sample varies, so the ratio of the means has no interval; compare the means themselves',
    )
  if (meanA === 0) throw unbounded()
  const ratio = meanB / meanA
  const df =
    covarianceOfValues === undefined
      ? satterthwaite(ratio ** 2 * varianceA, a.n - 1, varianceB, b.n - 1)
      : a.n - 1
  const t2 = exactTQuantile(0.975, df) ** 2
  // Roots of (ρ·meanA − meanB)² = t²·(ρ²·varianceA − 2ρ·covariance + varianceB).
  const quadratic = meanA ** 2 - t2 * varianceA
  if (!(quadratic > 0)) throw unbounded()
  const middle = (meanA * meanB - t2 * covariance) / quadratic
  const half = (Math.sqrt(t2) * Math.sqrt(Math.max(0, discriminant()))) / quadratic
  const back = a.factor / b.factor
  return {
    ratio: ratio * back,
    ci95: { lower: (middle - half) * back, upper: (middle + half) * back },
    df,
  }

  /**
   * A quarter of the discriminant of the quadratic, over t², without the two nearly equal squares
   * of the textbook form.
   */
  function discriminant(): number {
    const spread = meanB ** 2 * varianceA - 2 * meanA * meanB * covariance + meanA ** 2 * varianceB
    return spread - t2 * (varianceA * varianceB - covariance ** 2)
  }
}

function unbounded(): DegenerateSampleError {
  return new DegenerateSampleError(
    'the mean of the baseline is not clearly different from zero, so no bounded interval holds the ratio of the means; measure more values',
  )
}

/**
 * The covariance, with n − 1, of paired values times the factors of their moments.
 *
 * @param a n ≥ 2 values  @param b as many
 * @source the definition; golden vectors through `fiellerInterval`
 */
export function covarianceOf(a: Values, b: Values, momentsA: Moments, momentsB: Moments): number {
  const [x, y] = [scaled(a, momentsA.factor), scaled(b, momentsB.factor)]
  return (
    sum(Array.from(x, (value, index) => (value - momentsA.mean) * (y[index]! - momentsB.mean))) /
    (momentsA.n - 1)
  )
}
