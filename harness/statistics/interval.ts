import { type Moments, momentsOf, type Values } from './moments.js'
import { tQuantile } from './student-t.js'

/** A closed interval. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** Whether a change with this interval is significant. */
export function excludesZero({ lower, upper }: Interval): boolean {
  return lower > 0 || upper < 0
}

/** Descriptive statistics of one sample, in the unit of its values. */
export interface SampleSummary {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation (divisor n − 1). */
  readonly sd: number
  /** sd / mean, a fraction. */
  readonly cv: number
  /** 95 % t-interval of the mean. */
  readonly ci95: Interval
}

/**
 * Mean, standard deviation and the 95 % t-interval of the mean, in the unit of the values.
 *
 * @param values n ≥ 2, finite; cv is meaningful only if all are positive
 * @source Student 1908, Biometrika 6; golden vectors from numpy (ddof=1) and scipy.stats.t.ppf;
 * certified values of NIST StRD
 */
export function summarize(values: Values): SampleSummary {
  return summarizeMoments(momentsOf(values))
}

/**
 * The same summary, computed from moments.
 *
 * @source Student 1908, Biometrika 6
 */
export function summarizeMoments(
  { n, mean, variance }: Moments,
  quantile?: TQuantile,
): SampleSummary {
  const sd = Math.sqrt(variance)
  return { n, mean, sd, cv: sd / mean, ci95: tInterval(mean, sd / Math.sqrt(n), n - 1, quantile) }
}

/**
 * The t with P(T ≤ t) = p: `tQuantile` for figures stored in records, `exactTQuantile` for all
 * others.
 */
export type TQuantile = (p: number, df: number) => number

/**
 * estimate ± t⁻¹(0.975, df)·se.
 *
 * @source Student 1908, Biometrika 6
 */
export function tInterval(
  estimate: number,
  se: number,
  df: number,
  quantile: TQuantile = tQuantile,
): Interval {
  const half = quantile(0.975, df) * se
  return { lower: estimate - half, upper: estimate + half }
}
