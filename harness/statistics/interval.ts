import { type Moments, momentsOf, type Values } from './moments.js'
import { scaleOf } from './scale.js'
import { tQuantile } from './student-t.js'

/** A closed interval. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** One arm in numbers. */
export interface SampleSummary {
  readonly n: number
  readonly mean: number
  /** With n − 1. */
  readonly sd: number
  /** sd / mean, a fraction. */
  readonly cv: number
  /** 95 % t-interval of the mean. */
  readonly ci95: Interval
}

/**
 * Mean, standard deviation and the 95 % t-interval of the mean, in the unit of the values.
 *
 * @param values n ≥ 2, finite, any size. cv means something only where all are positive
 * @source Student 1908, Biometrika 6; golden vectors from numpy (ddof=1) and scipy.stats.t.ppf;
 * certified values of NIST StRD
 */
export function summarize(values: Values): SampleSummary {
  return summarizeMoments(momentsOf(values, scaleOf(values)))
}

/**
 * The same of moments that are known already.
 *
 * @source Student 1908, Biometrika 6
 */
export function summarizeMoments(
  { n, mean, variance, factor }: Moments,
  quantile: TQuantile = tQuantile,
): SampleSummary {
  const sd = Math.sqrt(variance)
  const { lower, upper } = tInterval(mean, sd / Math.sqrt(n), n - 1, quantile)
  return {
    n,
    mean: mean / factor,
    sd: sd / factor,
    cv: sd / mean,
    ci95: { lower: lower / factor, upper: upper / factor },
  }
}

/**
 * The t with P(T ≤ t) = p: `tQuantile`, or `exactTQuantile` where no record has to be derived
 * again.
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
