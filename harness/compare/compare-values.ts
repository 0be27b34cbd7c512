import { toArmTests, toPairedTests, toWelchRecord } from '../record/ordinary-tests.js'
import { type OnAbsent, present } from '../record/present.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import { exactLogRatio } from '../statistics/exact-log.js'
import { exactTQuantile } from '../statistics/exact-quantile.js'
import { covarianceOf, fiellerInterval } from '../statistics/fieller.js'
import { jointMoments, type Values } from '../statistics/moments.js'
import { DegenerateSampleError } from '../statistics/sample.js'
import { shifted } from '../statistics/shift.js'
import { type TrimmedEstimate, trimmedEstimate } from '../statistics/trimmed.js'
import { toImprovement } from '../verdict/compare.js'
import type { Bounds } from '../verdict/look.js'
import { certifiableImprovement, type Noise, noiseOf } from '../verdict/noise.js'
import { fixedLook } from './fixed-look.js'
import {
  type ArmSummary,
  armOf,
  nested,
  problemOf,
  quotientOfMeans,
  summaryOf,
  toFiellerRecord,
  toPair,
  type UsableArm,
} from './value-arm.js'
import { unpairedEstimate } from './value-estimate.js'

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
  readonly fieller?: {
    readonly ratio: number
    readonly ci95: readonly number[]
    readonly df: number
  }
  readonly noise?: Noise & { readonly certifiable?: number }
  /**
   * ln(candidate / baseline) of the pairs, in their order; absent where they are not paired or have
   * no logs. Not printed.
   */
  readonly logRatios?: readonly number[]
  /** Why a statistic is not there, by its key. */
  readonly absent: Readonly<Record<string, string>>
  /**
   * The estimate of ln(candidate / baseline) and its bounds; absent where there is none. Not
   * printed.
   */
  readonly look?: Bounds
}

/** Why there are no ratios. */
export const NO_RATIOS =
  'not all values are above zero, so they are no times and their ratios mean nothing; differences of means remain'
const UNPAIRED =
  'the values are not paired; with --paired the n-th value of one belongs to the n-th of the other'

/**
 * Compares two sets of values of one unit. Nothing here throws for what the values are: what does
 * not exist is absent, with the reason.
 *
 * @param a the reference (baseline)  @param b the candidate
 * @param paired a[i] and b[i] belong together; the sizes must be equal
 */
export function compareValues(a: Values, b: Values, paired: boolean): ValueComparison {
  const absent: Record<string, string> = {}
  const onAbsent: OnAbsent = (key, reason) => {
    absent[key] = reason
  }
  const pairing = paired ? 'paired' : 'unpaired'
  const [armA, armB] = [armOf(a), armOf(b)]
  const arms = {
    baseline: summaryOf('baseline', armA, onAbsent),
    candidate: summaryOf('candidate', armB, onAbsent),
  }
  if (armA.kind === 'unusable' || armB.kind === 'unusable') {
    const problem =
      armA.kind === 'unusable' ? problemOf('the baseline', a) : problemOf('the candidate', b)
    for (const key of COMPARING) onAbsent(key, problem)
    return { pairing, ...arms, absent }
  }
  const ratios =
    armA.positive && armB.positive
      ? compareRatios(armA, armB, paired, onAbsent)
      : noRatios(paired, onAbsent)
  const { improvement, speedup, pairedTests, improvementOfMeans, fieller, noise, look, logRatios } =
    ratios
  const { paired: tTest, wilcoxon, ...diagnostics } = pairedTests
  const near = shifted(a, b)
  const nearMoments = jointMoments(near.a, near.b)
  const { mannWhitney, effectSize } = toArmTests(near, nearMoments, onAbsent)
  return {
    pairing,
    ...arms,
    ...(improvement && { improvement }),
    ...(speedup !== undefined && { speedup }),
    ...toWelchRecord('welch', nearMoments, onAbsent, exactTQuantile),
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
export const RATIO_KEYS = [
  'improvement',
  'speedup',
  'improvementOfMeans',
  'fieller',
  'noise',
] as const
export const COMPARING = [
  ...RATIO_KEYS,
  ...PAIRED_KEYS,
  'welch',
  'mannWhitney',
  'effectSize',
] as const

type Ratios = Pick<
  ValueComparison,
  'improvement' | 'speedup' | 'improvementOfMeans' | 'fieller' | 'noise' | 'look' | 'logRatios'
> & {
  readonly pairedTests: ReturnType<typeof toPairedTests>
}

/** What is said of the ratio of the arms; all values are positive. */
function compareRatios(a: UsableArm, b: UsableArm, paired: boolean, onAbsent: OnAbsent): Ratios {
  const logRatios = paired
    ? Array.from(a.values, (value, index) => exactLogRatio(value, b.values[index]!))
    : undefined
  const estimate =
    logRatios === undefined ? unpairedEstimate(a.values, b.values) : trimmedEstimate(logRatios)!
  const look = fixedLook(estimate, logRatios)
  const covariance = paired ? covarianceOf(a.values, b.values, a.moments, b.moments) : undefined
  if (!paired) for (const key of PAIRED_KEYS) onAbsent(key, UNPAIRED)
  return {
    ...improvementOf(estimate, onAbsent),
    ...present('speedup', () => Math.exp(-estimate.m), onAbsent),
    pairedTests: logRatios ? toPairedTests(logRatios, onAbsent, exactTQuantile) : {},
    ...present('improvementOfMeans', () => 1 - quotientOfMeans(a.moments, b.moments), onAbsent),
    ...present(
      'fieller',
      () => toFiellerRecord(fiellerInterval(a.moments, b.moments, covariance)),
      onAbsent,
    ),
    ...present('noise', () => toNoise(estimate, look, onAbsent), onAbsent),
    look,
    ...(logRatios && { logRatios }),
  }
}

function noRatios(paired: boolean, onAbsent: OnAbsent): Ratios {
  for (const key of [...RATIO_KEYS, ...PAIRED_KEYS]) onAbsent(key, NO_RATIOS)
  if (!paired) for (const key of PAIRED_KEYS) onAbsent(key, UNPAIRED)
  return { pairedTests: {} }
}

function improvementOf(
  estimate: TrimmedEstimate,
  onAbsent: OnAbsent,
): Pick<ValueComparison, 'improvement'> {
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
  if (given === undefined)
    throw new DegenerateSampleError('the ratios do not vary, so there is no t and no interval')
  return use(given)
}

/** What this many values of this noise certify as faster at all, four times in five. */
function toNoise(
  estimate: TrimmedEstimate,
  look: Bounds,
  onAbsent: OnAbsent,
): NonNullable<ValueComparison['noise']> {
  if (estimate.zeroVariance)
    throw new DegenerateSampleError('the ratios do not vary, so their noise is unknown')
  const noise = noiseOf(estimate)
  return {
    ...noise,
    ...present(
      'certifiable',
      () => certifiableImprovement(noise, look, 0),
      nested('noise', onAbsent),
    ),
  }
}
