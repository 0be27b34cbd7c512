import { type OnAbsent, present } from '../record/present.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import { exactTQuantile } from '../statistics/exact-quantile.js'
import { type Interval, summarizeMoments } from '../statistics/interval.js'
import { type Moments, momentsOf, type Values } from '../statistics/moments.js'
import { DegenerateSampleError } from '../statistics/sample.js'

/** Descriptive statistics of one arm; those that are undefined for its values are absent. */
export type ArmSummary = Pick<NonNullable<WorkloadRecord['baseline']>, 'n'> &
  Partial<NonNullable<WorkloadRecord['baseline']>>

/** One arm: usable values, unusable values, or the moments of values that the file left out. */
export type ValueArm =
  | UsableArm
  | UnusableArm
  | (Omit<UsableArm, 'kind' | 'values'> & { readonly kind: 'summary' })

/** At least two values, all finite. */
export interface UsableArm {
  readonly kind: 'usable'
  readonly values: Values
  readonly moments: Moments
  /** Whether all values are above zero, as times are. */
  readonly positive: boolean
}

/** There are fewer than two values, or a value is not finite. */
export interface UnusableArm {
  readonly kind: 'unusable'
  readonly values: Values
}

/** @param values any numbers, or none */
export function armOf(values: Values): UsableArm | UnusableArm {
  let positive = true
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!
    if (!Number.isFinite(value)) return { kind: 'unusable', values }
    if (!(value > 0)) positive = false
  }
  return values.length < 2
    ? { kind: 'unusable', values }
    : { kind: 'usable', values, moments: momentsOf(values), positive }
}

/** Why the values of an unusable arm have no statistics. */
export function problemOf(arm: string, values: Values): string {
  const bad = new Float64Array(values).findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    return `value ${bad + 1} of ${arm} is ${values[bad]}, not a finite number; remove it`
  return values.length === 0
    ? `${arm} has no values`
    : `${arm} has only one value, so its variation is unknown; at least two are needed`
}

/** @param name key of the arm; absent statistics are reported as `name.sd` */
export function summarizeArm(name: string, arm: ValueArm, onAbsent: OnAbsent): ArmSummary {
  const onAbsentInArm = nested(name, onAbsent)
  if (arm.kind !== 'unusable') return momentsSummary(arm.moments, arm.positive, onAbsentInArm)
  const { values } = arm
  const mean = values.length === 1 && Number.isFinite(values[0]) ? { mean: values[0]! } : {}
  for (const key of ['mean', 'sd', 'cv', 'ci95'])
    if (!(key in mean)) onAbsentInArm(key, problemOf(name, values))
  return { n: values.length, ...mean }
}

function momentsSummary(moments: Moments, positive: boolean, onAbsent: OnAbsent): ArmSummary {
  const { n, mean, sd, cv, ci95 } = summarizeMoments(moments, exactTQuantile)
  return {
    n,
    ...present('mean', () => mean, onAbsent),
    ...present('sd', () => sd, onAbsent),
    ...present('cv', () => fractionOfMean(cv, positive), onAbsent),
    ...present('ci95', () => toPair(ci95), onAbsent),
  }
}

function fractionOfMean(cv: number, positive: boolean): number {
  if (positive) return cv
  throw new DegenerateSampleError(
    'not all values are above zero, so their variation as a fraction of the mean is meaningless',
  )
}

/** Reports absent statistics of an inner object: `baseline.sd`. */
export function nested(parent: string, onAbsent: OnAbsent): OnAbsent {
  return (key, reason) => onAbsent(`${parent}.${key}`, reason)
}

/** An interval as it is written to JSON. */
export function toPair({ lower, upper }: Interval): number[] {
  return [lower, upper]
}
