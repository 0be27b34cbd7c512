import { type TQuantile, tInterval } from './interval.js'
import { meanOf, varianceOf } from './moments.js'
import { DegenerateSampleError } from './sample.js'
import { twoSidedP } from './student-t.js'
import type { TTest } from './welch.js'
import { isZeroSpread } from './zero-variance.js'

/**
 * Paired t-test: is the mean of these differences zero?
 *
 * @param differences one per pair, n ≥ 2; here ln(candidate / other arm), so t is negative when the
 * candidate is faster
 * @returns t, df = n − 1, p two-sided, the 95 % interval of the mean difference
 * @throws {DegenerateSampleError} fewer than two differences, or they do not vary
 * @source Student 1908, Biometrika 6; golden vectors from scipy.stats.ttest_1samp on the log ratios
 */
export function pairedTest(differences: readonly number[], quantile?: TQuantile): TTest {
  if (differences.length < 2)
    throw new DegenerateSampleError(
      `a paired test needs at least 2 pairs, got ${differences.length}; measure more`,
    )
  const mean = meanOf(differences)
  const sd = Math.sqrt(varianceOf(differences))
  if (isZeroSpread(sd, mean))
    throw new DegenerateSampleError(
      'the differences of the pairs do not vary, so t is undefined; compare their mean itself',
    )
  const se = sd / Math.sqrt(differences.length)
  const df = differences.length - 1
  return { t: mean / se, df, p: twoSidedP(mean / se, df), ci95: tInterval(mean, se, df, quantile) }
}
