import type { Criterion, Metric } from '../../contract.js'
import type { Interval } from '../../statistics/interval.js'
import type { Bounds } from '../bounds.js'
import type { Comparison } from '../compare.js'
import type { CertifiableEffect, Noise } from '../noise.js'

export type CriterionOf<Kind extends Criterion['kind']> = Extract<Criterion, { kind: Kind }>

export const OUTCOMES = ['accepted', 'rejected', 'inconclusive', 'continue'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Where an estimate lies: on the log scale, or in the unit of a budget's counter. */
export interface Position extends Interval {
  readonly m: number
  /** No look follows. */
  readonly last: boolean
  /** Rounding error of the bounds. Above 0 only where the pairs do not vary. */
  readonly tolerance: number
}

/** The outcome of one look. */
export interface Finding<Reason extends string = string> {
  readonly outcome: Outcome
  /** The bounds alone decided; otherwise the estimate was used too. */
  readonly certified: boolean
  /** Absent while the outcome is `continue`. */
  readonly reason?: Reason
}

/**
 * One kind of criterion: how it is judged, its texts, and the lines a chart draws. Texts are plain:
 * a page escapes them, because a budget contains the name of a counter.
 */
export interface CriterionKind<C extends Criterion, Reason extends string> {
  /** The outcome of one look. Decides nothing unless the position `isSound`. */
  judge(position: Position, criterion: C): Finding<Reason | 'too-noisy'>
  /** The largest number of looks; all planned looks where absent. */
  readonly mostLooks?: number
  /** Reasons why an acceptance by `judge` does not count, besides those of every criterion. */
  holds?(comparison: Comparison): readonly Reason[]
  /** A sentence for each reason, without the final period. */
  readonly reasons: Readonly<Record<Reason, (criterion: C) => string>>
  /** The requirement, as the beginning of a sentence: `Improvement of at least 5 % in cpu time`. */
  demand(criterion: C, metric: Metric): string
  /** The limit with its name: `threshold 5 %`. */
  threshold(criterion: C): string
  /** What bounds certify, `at least 38.2 % faster`; for a rejection, by the bound that rejects. */
  certified(bounds: Interval, isRejected: boolean, criterion: C): string
  /** Where a chart draws the limits: improvements, or values in the unit of the counter. */
  margins(criterion: C): readonly number[]
  /** The smallest effect certified with 80 % power; a budget has its own (`certifiableMean`). */
  certifiable(noise: Noise, bounds: Bounds, criterion: C): CertifiableEffect
  /** That effect as text, `certifies from 12.1 %`; undefined where the effect is absent. */
  certifiableClaim(effect: CertifiableEffect, criterion: C): string | undefined
  /** One sentence that explains the claim. */
  readonly certifiableMeaning: string
}

/** Rejects bounds that are not finite or not in order: comparing them silently picks a branch. */
export function isSound({ m, lower, upper }: Position): boolean {
  return [m, lower, upper].every(Number.isFinite) && lower <= upper
}

/** More pairs are needed; after the last look, the outcome is inconclusive. */
export function undecided(last: boolean): Finding<'too-noisy'> {
  return last ? estimated('inconclusive', 'too-noisy') : { outcome: 'continue', certified: false }
}

/** An outcome by the bounds alone. */
export function certified<Reason extends string>(
  outcome: Outcome,
  reason: Reason,
): Finding<Reason> {
  return { outcome, certified: true, reason }
}

/** An outcome that also uses the estimate. */
export function estimated<Reason extends string>(
  outcome: Outcome,
  reason: Reason,
): Finding<Reason> {
  return { outcome, certified: false, reason }
}
