import { type OnAbsent, present } from '../record/present.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import { exactTQuantile } from '../statistics/exact-quantile.js'
import type { RatioOfMeans } from '../statistics/fieller.js'
import { type Interval, summarizeMoments } from '../statistics/interval.js'
import { type Moments, momentsOf, type Values } from '../statistics/moments.js'
import { DegenerateSampleError } from '../statistics/sample.js'
import { scaleOf } from '../statistics/scale.js'

/** One arm in numbers; statistics that do not exist for its values are absent. */
export type ArmSummary = Pick<NonNullable<WorkloadRecord['baseline']>, 'n'> &
  Partial<NonNullable<WorkloadRecord['baseline']>>

/**
 * One arm, looked at once: its values, values nothing can be computed of, or what a summary says of
 * values that are not there.
 */
export type ValueArm =
  | UsableArm
  | { readonly kind: 'unusable'; readonly values: Values }
  | (Omit<UsableArm, 'kind' | 'values'> & { readonly kind: 'summary' })

/** At least two values, all finite. */
export interface UsableArm {
  readonly kind: 'usable'
  readonly values: Values
  readonly moments: Moments
  /** Whether all are above zero, as times are. */
  readonly positive: boolean
}

/** @param values any numbers, or none */
export function armOf(values: Values): Exclude<ValueArm, { readonly kind: 'summary' }> {
  let positive = true
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!
    if (!Number.isFinite(value)) return { kind: 'unusable', values }
    if (!(value > 0)) positive = false
  }
  return values.length < 2
    ? { kind: 'unusable', values }
    : { kind: 'usable', values, moments: momentsOf(values, scaleOf(values)), positive }
}

/** Why nothing can be computed of the values of an arm that is unusable. */
export function problemOf(arm: string, values: Values): string {
  const bad = new Float64Array(values).findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    return `value ${bad + 1} of ${arm} is ${values[bad]}, not a finite number; remove it`
  return values.length === 0
    ? `${arm} has no values`
    : `${arm} has only one value, so its variation is unknown; at least two are needed`
}

/** @param name the key of the arm, under which its absent statistics are told */
export function summaryOf(name: string, arm: ValueArm, onAbsent: OnAbsent): ArmSummary {
  const told = nested(name, onAbsent)
  if (arm.kind !== 'unusable') return momentsSummary(arm.moments, arm.positive, told)
  const { values } = arm
  const mean = values.length === 1 && Number.isFinite(values[0]) ? { mean: values[0]! } : {}
  for (const key of ['mean', 'sd', 'cv', 'ci95'])
    if (!(key in mean)) told(key, problemOf(name, values))
  return { n: values.length, ...mean }
}

function momentsSummary(moments: Moments, positive: boolean, onAbsent: OnAbsent): ArmSummary {
  const { n, mean, sd, cv, ci95 } = summarizeMoments(moments, exactTQuantile)
  return {
    n,
    ...present('mean', () => mean, onAbsent),
    ...present('sd', () => sd, onAbsent),
    ...present('cv', () => shareOfMean(cv, positive), onAbsent),
    ...present('ci95', () => toPair(ci95), onAbsent),
  }
}

/** Tells of statistics inside another one: `baseline.sd`. */
export function nested(parent: string, onAbsent: OnAbsent): OnAbsent {
  return (key, reason) => onAbsent(`${parent}.${key}`, reason)
}

/** Fieller's interval under the keys of a comparison. */
export function toFiellerRecord({ ratio, ci95, df }: RatioOfMeans): {
  ratio: number
  ci95: number[]
  df: number
} {
  return { ratio, ci95: toPair(ci95), df }
}

/** mean(b) / mean(a), each in its own range. */
export function quotientOfMeans(a: Moments, b: Moments): number {
  return (b.mean / a.mean) * (a.factor / b.factor)
}

export function toPair({ lower, upper }: Interval): number[] {
  return [lower, upper]
}

function shareOfMean(cv: number, positive: boolean): number {
  if (positive) return cv
  throw new DegenerateSampleError(
    'not all values are above zero, so a share of their mean says nothing',
  )
}
