import { toArmTests, toPairedTests, toWelchRecord } from '../record/ordinary-tests.js'
import { type OnAbsent, present } from '../record/present.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import { exactLogRatio } from '../statistics/exact-log.js'
import { exactTQuantile } from '../statistics/exact-quantile.js'
import { fiellerInterval } from '../statistics/fieller.js'
import { type Interval, summarize } from '../statistics/interval.js'
import { meanOf } from '../statistics/moments.js'
import { DegenerateSampleError } from '../statistics/sample.js'
import { scaled, scaleOf } from '../statistics/scale.js'
import { shifted } from '../statistics/shift.js'
import { type TrimmedEstimate, trimmedEstimate } from '../statistics/trimmed.js'
import { toImprovement } from '../verdict/compare.js'
import type { Bounds } from '../verdict/look.js'
import { certifiableImprovement, type Noise, noiseOf } from '../verdict/noise.js'
import { fixedLook } from './fixed-look.js'
import { unpairedEstimate } from './value-estimate.js'

/** One arm; statistics that do not exist for its values are absent. */
export type ArmSummary = Pick<NonNullable<WorkloadRecord['baseline']>, 'n'> & Partial<NonNullable<WorkloadRecord['baseline']>>

/** Every statistic of two sets of values, under the keys of a workload in a decision record. */
export interface ValueComparison
  extends Pick<
    WorkloadRecord,
    | 'improvement'
    | 'speedup'
    | 'welch'
    | 'paired'
    | 'wilcoxon'
    | 'mannWhitney'
    | 'hodgesLehmann'
    | 'shapiro'
    | 'lag1'
    | 'effectSize'
    | 'improvementOfMeans'
  > {
  readonly pairing: 'paired' | 'unpaired'
  readonly baseline: ArmSummary
  readonly candidate: ArmSummary
  /** Fieller's interval of mean(candidate) / mean(baseline). */
  readonly fieller?: { readonly ratio: number; readonly ci95: readonly number[]; readonly df: number }
  readonly noise?: Noise & { readonly certifiable?: number }
  /** ln(candidate / baseline) of the pairs, in their order; absent where they are not paired or have no logs. Not printed. */
  readonly logRatios?: readonly number[]
  /** Why a statistic is not there, by its key. */
  readonly absent: Readonly<Record<string, string>>
  /** The estimate of ln(candidate / baseline) and its bounds; absent where there is none. Not printed. */
  readonly look?: Bounds
}

const UNPAIRED = 'the values are not paired; with --paired the n-th value of one belongs to the n-th of the other'

/**
 * Compares two sets of values of one unit. Nothing here throws for what the values are: what does not exist is absent, with the reason.
 *
 * @param a the reference (baseline)  @param b the candidate
 * @param paired a[i] and b[i] belong together; the sizes must be equal
 */
export function compareValues(a: readonly number[], b: readonly number[], paired: boolean): ValueComparison {
  const absent: Record<string, string> = {}
  const onAbsent: OnAbsent = (key, reason) => {
    absent[key] = reason
  }
  const pairing = paired ? 'paired' : 'unpaired'
  const arms = { baseline: summary('baseline', a, onAbsent), candidate: summary('candidate', b, onAbsent) }
  const problem = unusable('the baseline', a) ?? unusable('the candidate', b)
  if (problem !== undefined) {
    for (const key of COMPARING) onAbsent(key, problem)
    return { pairing, ...arms, absent }
  }
  const ratios = arePositive(a) && arePositive(b) ? compareRatios(a, b, paired, onAbsent) : noRatios(paired, onAbsent)
  const { improvement, speedup, pairedTests, improvementOfMeans, fieller, noise, look, logRatios } = ratios
  const { paired: tTest, wilcoxon, ...diagnostics } = pairedTests
  const near = shifted(a, b)
  const { mannWhitney, effectSize } = toArmTests(near.a, near.b, onAbsent)
  return {
    pairing,
    ...arms,
    ...(improvement && { improvement }),
    ...(speedup !== undefined && { speedup }),
    ...toWelchRecord('welch', near, onAbsent, exactTQuantile),
    ...(tTest && { paired: tTest }),
    ...(wilcoxon && { wilcoxon }),
    ...(mannWhitney && { mannWhitney }),
    ...diagnostics,
    ...(effectSize !== undefined && { effectSize }),
    ...(improvementOfMeans !== undefined && { improvementOfMeans }),
    ...(fieller && { fieller }),
    ...(noise && { noise }),
    absent,
    ...(look && { look }),
    ...(logRatios && { logRatios }),
  }
}

/** Keys that set the two arms against each other. */
const PAIRED_KEYS = ['paired', 'wilcoxon', 'hodgesLehmann', 'shapiro', 'lag1'] as const
const RATIO_KEYS = ['improvement', 'speedup', 'improvementOfMeans', 'fieller', 'noise'] as const
const COMPARING = [...RATIO_KEYS, ...PAIRED_KEYS, 'welch', 'mannWhitney', 'effectSize'] as const

type Ratios = Pick<
  ValueComparison,
  'improvement' | 'speedup' | 'improvementOfMeans' | 'fieller' | 'noise' | 'look' | 'logRatios'
> & {
  readonly pairedTests: ReturnType<typeof toPairedTests>
}

/** What is said of the ratio of the arms; all values are positive. */
function compareRatios(a: readonly number[], b: readonly number[], paired: boolean, onAbsent: OnAbsent): Ratios {
  const logRatios = paired ? a.map((value, index) => exactLogRatio(value, b[index]!)) : undefined
  const estimate = logRatios === undefined ? unpairedEstimate(a, b) : trimmedEstimate(logRatios)!
  const look = fixedLook(estimate, logRatios)
  if (!paired) for (const key of PAIRED_KEYS) onAbsent(key, UNPAIRED)
  return {
    ...improvementOf(estimate, onAbsent),
    ...present('speedup', () => Math.exp(-estimate.m), onAbsent),
    pairedTests: logRatios ? toPairedTests(logRatios, onAbsent, exactTQuantile) : {},
    ...present('improvementOfMeans', () => 1 - quotientOfMeans(a, b), onAbsent),
    ...present('fieller', () => toFieller(a, b, paired), onAbsent),
    ...present('noise', () => toNoise(estimate, look, onAbsent), onAbsent),
    look,
    ...(logRatios && { logRatios }),
  }
}

function noRatios(paired: boolean, onAbsent: OnAbsent): Ratios {
  const reason = 'not all values are above zero, so they are no times and their ratios mean nothing; differences of means remain'
  for (const key of [...RATIO_KEYS, ...PAIRED_KEYS]) onAbsent(key, reason)
  if (!paired) for (const key of PAIRED_KEYS) onAbsent(key, UNPAIRED)
  return { pairedTests: {} }
}

function improvementOf(estimate: TrimmedEstimate, onAbsent: OnAbsent): Pick<ValueComparison, 'improvement'> {
  const { estimate: improvement, ci95, p, df } = toImprovement(estimate, exactTQuantile)
  return present(
    'improvement',
    () => ({
      estimate: improvement,
      ...present('ci95', () => existing(ci95, toPair), nested('improvement', onAbsent)),
      ...present('p', () => existing(p, (value) => value), nested('improvement', onAbsent)),
      df,
    }),
    onAbsent,
  )
}

function existing<Given, Value>(given: Given | undefined, use: (given: Given) => Value): Value {
  if (given === undefined) throw new DegenerateSampleError('the ratios do not vary, so there is no t and no interval')
  return use(given)
}

/** What this many values of this noise certify as faster at all, four times in five. */
function toNoise(estimate: TrimmedEstimate, look: Bounds, onAbsent: OnAbsent): NonNullable<ValueComparison['noise']> {
  if (estimate.zeroVariance) throw new DegenerateSampleError('the ratios do not vary, so their noise is unknown')
  const noise = noiseOf(estimate)
  return { ...noise, ...present('certifiable', () => certifiableImprovement(noise, look, 0), nested('noise', onAbsent)) }
}

function toFieller(a: readonly number[], b: readonly number[], paired: boolean): NonNullable<ValueComparison['fieller']> {
  const { ratio, ci95, df } = fiellerInterval(a, b, paired)
  return { ratio, ci95: toPair(ci95), df }
}

function quotientOfMeans(a: readonly number[], b: readonly number[]): number {
  const [factorA, factorB] = [scaleOf(a), scaleOf(b)]
  return (meanOf(scaled(b, factorB)) / meanOf(scaled(a, factorA))) * (factorA / factorB)
}

/** Why nothing can be computed of these values. */
function unusable(arm: string, values: readonly number[]): string | undefined {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) return `value ${bad + 1} of ${arm} is ${values[bad]}, not a finite number; remove it`
  if (values.length === 0) return `${arm} has no values`
  return values.length === 1 ? `${arm} has only one value, so its variation is unknown; at least two are needed` : undefined
}

function summary(arm: string, values: readonly number[], onAbsent: OnAbsent): ArmSummary {
  const n = values.length
  const told = nested(arm, onAbsent)
  const problem = unusable(arm, values)
  if (problem !== undefined) {
    const mean = n === 1 && Number.isFinite(values[0]) ? { mean: values[0]! } : {}
    for (const key of ['mean', 'sd', 'cv', 'ci95']) if (!(key in mean)) told(key, problem)
    return { n, ...mean }
  }
  const { mean, sd, cv, ci95 } = summarize(values, exactTQuantile)
  return {
    n,
    ...present('mean', () => mean, told),
    ...present('sd', () => sd, told),
    ...present('cv', () => positive(values, cv), told),
    ...present('ci95', () => toPair(ci95), told),
  }
}

function positive(values: readonly number[], cv: number): number {
  if (arePositive(values)) return cv
  throw new DegenerateSampleError('not all values are above zero, so a share of their mean says nothing')
}

function arePositive(values: readonly number[]): boolean {
  return values.every((value) => value > 0)
}

function nested(parent: string, onAbsent: OnAbsent): OnAbsent {
  return (key, reason) => onAbsent(`${parent}.${key}`, reason)
}

function toPair({ lower, upper }: Interval): number[] {
  return [lower, upper]
}
