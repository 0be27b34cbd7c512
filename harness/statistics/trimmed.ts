import { type Interval, type TQuantile, tInterval } from './interval.js'
import { meanOf, varianceOf } from './moments.js'
import { twoSidedP } from './student-t.js'
import { isZeroSpread } from './zero-variance.js'

/** The trimmed mean of log ratios and its standard error. */
export interface TrimmedEstimate {
  readonly n: number
  /** Values trimmed at each end. */
  readonly g: number
  /** Trimmed mean, log scale. */
  readonly m: number
  /** Standard error of m; exactly 0 if `zeroVariance`. */
  readonly se: number
  readonly df: number
  /** The winsorised values do not vary: t, p and interval are undefined. */
  readonly zeroVariance: boolean
}

/** With fewer pairs, nothing is trimmed and there is no verdict; statistics are still shown. */
export const MINIMUM_PAIRS = 10

/**
 * Yuen's trimmed mean with the winsorised standard error: one disturbed run cannot move it.
 *
 * @param logRatios y = ln(B/A), one per pair, any order, finite
 * @returns undefined for fewer than two values
 * @source Yuen 1974, Biometrika 61; golden vectors (`trimmedLog`) from numpy and scipy
 */
export function trimmedEstimate(logRatios: readonly number[]): TrimmedEstimate | undefined {
  const n = logRatios.length
  if (n < 2) return undefined
  const g = trimCount(n)
  const sorted = new Float64Array(logRatios).sort()
  const m = meanOf(sorted.subarray(g, n - g))
  const sd = Math.sqrt(varianceOf(winsorise(sorted, g)))
  const zeroVariance = isZeroSpread(sd, m)
  return {
    n,
    g,
    m,
    se: zeroVariance ? 0 : sd / ((1 - (2 * g) / n) * Math.sqrt(n)),
    df: trimmedDf(n),
    zeroVariance,
  }
}

/** Degrees of freedom of the trimmed mean of n values. */
export function trimmedDf(n: number): number {
  return n - 2 * trimCount(n) - 1
}

/**
 * Two-sided p against no change; undefined if the values do not vary.
 *
 * @source Yuen 1974, Biometrika 61
 */
export function trimmedP(estimate: TrimmedEstimate): number | undefined {
  return estimate.zeroVariance ? undefined : twoSidedP(estimate.m / estimate.se, estimate.df)
}

/**
 * 95 % interval of m, log scale; undefined if the values do not vary.
 *
 * @source Yuen 1974, Biometrika 61
 */
export function trimmedInterval(
  { m, se, df, zeroVariance }: TrimmedEstimate,
  quantile?: TQuantile,
): Interval | undefined {
  return zeroVariance ? undefined : tInterval(m, se, df, quantile)
}

/**
 * Values to trim at each end: 10 → 1, 20 → 3, 30 → 5, 40 → 7. The 1e-9 keeps 0.2 × 15 from being
 * rounded down to 2.
 */
function trimCount(n: number): number {
  return n < MINIMUM_PAIRS ? 0 : Math.max(1, Math.floor(0.2 * (n - 5) + 1e-9))
}

function winsorise(sorted: Float64Array, g: number): Float64Array {
  const low = sorted[g]!
  const high = sorted[sorted.length - g - 1]!
  return sorted.map((value) => Math.min(high, Math.max(low, value)))
}
