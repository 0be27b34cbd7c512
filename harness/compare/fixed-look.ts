import { autocorrelationInflation } from '../statistics/autocorrelation.js'
import { tUpperQuantile } from '../statistics/student-t.js'
import type { TrimmedEstimate } from '../statistics/trimmed.js'
import type { Bounds } from '../verdict/bounds.js'

/** One-sided tail of a single look: half of 5 %, as in a two-sided 95 % interval. */
const TAIL = 0.025

/**
 * The bounds of a single look at a fixed number of values, log scale: m ∓ t⁻¹(0.975, df)·SE, wider
 * if consecutive pairs are correlated.
 *
 * @param logRatios of the pairs in the order they were measured; undefined for unpaired values
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
