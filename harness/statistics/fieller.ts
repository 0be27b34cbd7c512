import { exactTQuantile } from './exact-quantile.js'
import type { Interval } from './interval.js'
import { type Moments, sumOf, type Values } from './moments.js'
import { DegenerateSampleError } from './sample.js'
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
 * Fieller's interval for mean(b) / mean(a): all ratios ρ for which a t-test at 5 % does not reject
 * mean(b) − ρ·mean(a) = 0.
 *
 * @param a moments of n ≥ 2 values  @param b like a; with the same n if the values are paired
 * @param covarianceOfValues for paired values their `covarianceOf`, and df = n − 1; for unpaired
 * values undefined, and df is Satterthwaite's for the variance of mean(b) − ratio·mean(a)
 * @throws {DegenerateSampleError} the mean of a is not significantly different from zero, so the
 * set of ratios is unbounded; or neither sample varies
 * @source Fieller 1954, JRSS B 16; Tamhane & Logan 2004, J. Biopharm. Stat. 14 (unequal variances);
 * golden vectors (`fiellerRatioCi95`) from numpy and scipy.stats.t.ppf
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
  return { ratio, ci95: { lower: middle - half, upper: middle + half }, df }

  /**
   * A quarter of the discriminant, divided by t². Not the textbook form, which loses digits by
   * subtracting two nearly equal squares.
   */
  function discriminant(): number {
    const spread = meanB ** 2 * varianceA - 2 * meanA * meanB * covariance + meanA ** 2 * varianceB
    return spread - t2 * (varianceA * varianceB - covariance ** 2)
  }
}

function unbounded(): DegenerateSampleError {
  return new DegenerateSampleError(
    'the mean of the baseline is not significantly different from zero, so the ratio of the means has no bounded interval; measure more values',
  )
}

/**
 * The sample covariance (n − 1) of paired values.
 *
 * @param a n ≥ 2 values  @param b n values  @param meanA of a  @param meanB of b
 * @source the definition; golden vectors through `fiellerInterval`
 */
export function covarianceOf(a: Values, b: Values, meanA: number, meanB: number): number {
  const products = new Float64Array(a).map((value, index) => (value - meanA) * (b[index]! - meanB))
  return sumOf(products) / (a.length - 1)
}
