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
  /** Absent, like p, if the pairs do not vary. */
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

/** Compares two samples that are paired by the order of their values. */
function comparePaired(a: Sample, b: Sample): Comparison {
  const ratios = logRatios(a, b)
  const estimate = trimmedEstimate(ratios)!
  return {
    a,
    b,
    logRatios: ratios,
    estimate,
    // Computed on demand: the p of the improvement is slow to compute, and a look reads only the
    // estimate.
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

/** Improvement of the plain means, a fraction, without trimming or pairing. */
export function improvementOfMeans({ a, b }: Comparison): number {
  return 1 - mean([...b]) / mean([...a])
}

/** Turns a log ratio into an improvement: 1 − exp(m). */
export function improvementOf(logRatio: number): number {
  return -Math.expm1(logRatio)
}

/** Turns an interval of log ratios into an interval of improvements; lower and upper swap. */
export function improvementInterval({ lower, upper }: Interval): Interval {
  return { lower: improvementOf(upper), upper: improvementOf(lower) }
}

/** Turns an estimate of ln(b/a) into an improvement. */
export function toImprovement(estimate: TrimmedEstimate, quantile?: TQuantile): Improvement {
  const interval = trimmedInterval(estimate, quantile)
  return defined({
    estimate: improvementOf(estimate.m),
    ci95: interval && improvementInterval(interval),
    p: trimmedP(estimate),
    df: estimate.df,
  })
}
