import { autocorrelationInflation } from '../statistics/autocorrelation.js'
import { tUpperQuantile } from '../statistics/student-t.js'
import type { TrimmedEstimate } from '../statistics/trimmed.js'
import type { Bounds } from '../verdict/look.js'

/** One-sided tail of a fixed-sample look: the ordinary two-sided 95 % interval. */
const TAIL = 0.025

/**
 * The bounds of one fixed look at values that are there already: m ∓ t⁻¹(0.975, df)·SE, widened
 * where consecutive pairs are visibly correlated; log scale.
 *
 * @param logRatios of the pairs in the order they were measured; undefined where the values are not
 * paired
 */
export function fixedLook(
  { n, m, se, df }: TrimmedEstimate,
  logRatios: readonly number[] | undefined,
): Bounds {
  const seUsed = logRatios === undefined ? se : se * autocorrelationInflation(logRatios)
  const critical = tUpperQuantile(TAIL, df)
  return {
    pairs: n,
    m,
    se,
    seUsed,
    df,
    pNominal: TAIL,
    critical,
    lower: m - critical * seUsed,
    upper: m + critical * seUsed,
  }
}
