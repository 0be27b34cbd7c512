import type { Criterion, Metric } from '../../contract.js'
import type { Interval } from '../../statistics/interval.js'
import type { Bounds } from '../bounds.js'
import type { Comparison } from '../compare.js'
import type { CertifiableEffect, Noise } from '../noise.js'

export type CriterionOf<Kind extends Criterion['kind']> = Extract<Criterion, { kind: Kind }>

export const OUTCOMES = ['accepted', 'rejected', 'inconclusive', 'continue'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** An estimate with its bounds, on the log scale or, for a budget, in the unit of its counter. */
export interface Position extends Interval {
  readonly m: number
  /** Whether this is the last look. */
  readonly last: boolean
  /** Rounding error of the bounds. It is above 0 only if the pairs do not vary. */
  readonly tolerance: number
}

/** The outcome of one look. */
export interface Finding<Reason extends string = string> {
  readonly outcome: Outcome
  /** Whether the bounds alone decided. If not, the estimate was used too. */
  readonly certified: boolean
  /** Absent while the outcome is `continue`. */
  readonly reason?: Reason
}

/**
 * One kind of criterion: how it is judged, its texts, and the lines a chart draws. The texts are
 * plain text, and a page must escape them, because a budget contains the name of a counter.
 */
export interface CriterionKind<C extends Criterion, Reason extends string> {
  /** Judges one look. Must not decide if the position is not sound (`isSound`). */
  judge(position: Position, criterion: C): Finding<Reason | 'too-noisy'>
  /** The largest number of looks. If absent, all planned looks are made. */
  readonly mostLooks?: number
  /** Further reasons, special to this kind, for which an acceptance by `judge` does not count. */
  holds?(comparison: Comparison): readonly Reason[]
  /** A sentence for each reason, without the final period. */
  readonly reasons: Readonly<Record<Reason, (criterion: C) => string>>
  /** The requirement, as the beginning of a sentence: `Improvement of at least 5 % in cpu time`. */
  demand(criterion: C, metric: Metric): string
  /** The limit with its name: `threshold 5 %`. */
  threshold(criterion: C): string
  /** What is needed to be accepted, in a few words: `≥ 5 % faster`. */
  needed(criterion: C): string
  /**
   * What the bounds certify, such as `at least 38.2 % faster`. A rejection is stated by the bound
   * that rejects.
   */
  certified(bounds: Interval, isRejected: boolean, criterion: C): string
  /** Positions of the limits in a chart: improvements, or values in the unit of the counter. */
  margins(criterion: C): readonly number[]
  /** The smallest effect certified with 80 % power; for a budget, see `certifiableMean`. */
  certifiable(noise: Noise, bounds: Bounds, criterion: C): CertifiableEffect
  /** The same effect as text, such as `12.1 %`; for a budget, a mean of its counter. */
  resolution(noise: Noise, bounds: Bounds, criterion: C): string
  /** One sentence that explains the text of `resolution`. */
  readonly resolutionMeaning: string
}

/** Rejects bounds that are not finite or not in order: comparing them silently picks a branch. */
export function isSound({ m, lower, upper }: Position): boolean {
  return [m, lower, upper].every(Number.isFinite) && lower <= upper
}

/** The outcome if nothing decides: more pairs are needed, or after the last look, inconclusive. */
export function undecided(last: boolean): Finding<'too-noisy'> {
  return last ? estimated('inconclusive', 'too-noisy') : { outcome: 'continue', certified: false }
}

/** An outcome decided by the bounds alone. */
export function certified<Reason extends string>(
  outcome: Outcome,
  reason: Reason,
): Finding<Reason> {
  return { outcome, certified: true, reason }
}

/** An outcome for which the estimate was used too. */
export function estimated<Reason extends string>(
  outcome: Outcome,
  reason: Reason,
): Finding<Reason> {
  return { outcome, certified: false, reason }
}
