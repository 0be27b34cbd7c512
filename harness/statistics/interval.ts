import { mean, sampleStandardDeviation } from 'simple-statistics'
import type { Sample } from './sample.js'
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
 * @source Student 1908, Biometrika 6; golden vectors from numpy (ddof=1) and scipy.stats.t.ppf
 */
export function summarize(sample: Sample): SampleSummary {
  const values = [...sample]
  const m = mean(values)
  const sd = sampleStandardDeviation(values)
  return { n: values.length, mean: m, sd, cv: sd / m, ci95: tInterval(m, sd / Math.sqrt(values.length), values.length - 1) }
}

/** estimate ± t⁻¹(0.975, df)·se. */
export function tInterval(estimate: number, se: number, df: number): Interval {
  const half = tQuantile(0.975, df) * se
  return { lower: estimate - half, upper: estimate + half }
}
