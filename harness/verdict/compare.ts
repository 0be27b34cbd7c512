import { mean } from 'simple-statistics'
import type { Arm, Metric } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { Interval, TQuantile } from '../statistics/interval.js'
import { logRatios, type Sample, toSample } from '../statistics/sample.js'
import {
  type TrimmedEstimate,
  trimmedEstimate,
  trimmedInterval,
  trimmedP,
} from '../statistics/trimmed.js'
import type { Round } from './rounds.js'

/** Two arms of the same rounds. */
export interface Comparison {
  /** The arm compared with. */
  readonly a: Sample
  /** The candidate. */
  readonly b: Sample
  /** ln(b/a) per pair, in the order they ran. */
  readonly logRatios: readonly number[]
  readonly estimate: TrimmedEstimate
  readonly improvement: Improvement
}

/** (A − B) / A as a fraction, by the trimmed mean of the log ratios; positive is faster. */
export interface Improvement {
  readonly estimate: number
  /** Absent, like p, where the pairs do not vary. */
  readonly ci95?: Interval
  /** Two-sided, against no change. */
  readonly p?: number
  readonly df: number
}

/**
 * The estimator of the verdict, for a time or any other positive value of a run.
 *
 * @returns undefined below two rounds
 * @throws {DegenerateSampleError} a value is not positive and finite
 */
export function compareArms(
  rounds: readonly Round[],
  against: Arm,
  metric: Metric,
): Comparison | undefined {
  if (rounds.length < 2) return undefined
  return comparePaired(sampleOf(rounds, against, metric), sampleOf(rounds, 'candidate', metric))
}

/** For two samples whose values are paired by their order. */
function comparePaired(a: Sample, b: Sample): Comparison {
  const ratios = logRatios(a, b)
  const estimate = trimmedEstimate(ratios)!
  return {
    a,
    b,
    logRatios: ratios,
    estimate,
    // A look reads only the estimate, and the p of the improvement is slow to compute.
    get improvement() {
      return toImprovement(estimate)
    },
  }
}

/** The run values of one arm in order of pairs, ms. */
export function sampleOf(rounds: readonly Round[], arm: Arm, metric: Metric): Sample {
  return toSample(
    rounds.map(({ runs }) => (metric === 'cpu' ? runs[arm]!.cpuMs : runs[arm]!.wallMs)),
  )
}

/** Improvement of the plain means, a fraction: nothing trimmed, nothing paired. */
export function improvementOfMeans({ a, b }: Comparison): number {
  return 1 - mean([...b]) / mean([...a])
}

/** Turns a log ratio into an improvement: 1 − exp(m). */
export function improvementOf(logRatio: number): number {
  return -Math.expm1(logRatio)
}

/** An interval of log ratios as an interval of improvements: lower and upper swap. */
export function improvementInterval({ lower, upper }: Interval): Interval {
  return { lower: improvementOf(upper), upper: improvementOf(lower) }
}

/** An estimate of ln(b/a) as an improvement. */
export function toImprovement(estimate: TrimmedEstimate, quantile?: TQuantile): Improvement {
  const interval = trimmedInterval(estimate, quantile)
  return defined({
    estimate: improvementOf(estimate.m),
    ci95: interval && improvementInterval(interval),
    p: trimmedP(estimate),
    df: estimate.df,
  })
}
