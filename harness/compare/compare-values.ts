import { defined } from '../evidence/defined.js'
import { toPairedTests, toTTestRecord } from '../record/ordinary-tests.js'
import { type OnAbsent, present } from '../record/present.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import { effectSize } from '../statistics/effect-size.js'
import { exactTQuantile } from '../statistics/exact-quantile.js'
import { covarianceOf, fiellerInterval } from '../statistics/fieller.js'
import { rankSumTest } from '../statistics/mann-whitney.js'
import type { Values } from '../statistics/moments.js'
import { DegenerateSampleError } from '../statistics/sample.js'
import { type TrimmedEstimate, trimmedEstimate } from '../statistics/trimmed.js'
import { differenceOfMeans } from '../statistics/welch.js'
import type { Bounds } from '../verdict/bounds.js'
import { toImprovement } from '../verdict/compare.js'
import { certifiableImprovement, type Noise, noiseOf } from '../verdict/noise.js'
import { fixedLook } from './fixed-look.js'
import {
  type ArmSummary,
  armOf,
  nested,
  problemOf,
  summarizeArm,
  toPair,
  type UnusableArm,
  type UsableArm,
  type ValueArm,
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
   * ln(candidate / baseline) of the pairs, in their order; absent for unpaired values and for
   * values that are not all positive. Not printed.
   */
  readonly logRatios?: readonly number[]
  /** The reason for each absent statistic, by its key. */
  readonly absent: Readonly<Record<string, string>>
  /** The estimate of ln(candidate / baseline) and its bounds. Not printed. */
  readonly look?: Bounds
}

/** The reason for absent ratios. */
export const NO_RATIOS =
  'not all values are above zero, as times are, so their ratios mean nothing; differences of means remain'
const UNPAIRED =
  'the values are not paired; with --paired, the n-th values of both sides form a pair'

const PAIRED_KEYS = ['paired', 'wilcoxon', 'hodgesLehmann', 'shapiro', 'lag1'] as const
export const RATIO_KEYS = [
  'improvement',
  'speedup',
  'improvementOfMeans',
  'fieller',
  'noise',
] as const
/** The keys of all statistics that compare the two arms. */
export const COMPARING = [
  ...RATIO_KEYS,
  ...PAIRED_KEYS,
  'welch',
  'mannWhitney',
  'effectSize',
] as const

type Statistics = Omit<ValueComparison, 'pairing' | 'baseline' | 'candidate' | 'absent'>

/**
 * Compares two sets of values of one unit. There is no input for which it throws: a statistic that
 * is undefined for the values is absent, with the reason.
 *
 * @param a the reference (baseline)  @param b the candidate
 * @param paired a[i] and b[i] form a pair; the sizes must be equal
 * @param higherIsBetter the values are rates; the two sides are then exchanged, so that candidate
 * / baseline is still a ratio of times, and t is positive if the candidate is better
 */
export function compareValues(
  a: Values,
  b: Values,
  paired: boolean,
  higherIsBetter = false,
): ValueComparison {
  return compareUsable(paired ? 'paired' : 'unpaired', armOf(a), armOf(b), (ofA, ofB, onAbsent) => {
    const [armA, armB] = higherIsBetter ? [ofB, ofA] : [ofA, ofB]
    const ratios =
      armA.positive && armB.positive
        ? compareRatios(armA, armB, paired, onAbsent)
        : noRatios(paired, onAbsent)
    const covariance = paired
      ? covarianceOf(armA.values, armB.values, armA.moments.mean, armB.moments.mean)
      : undefined
    return {
      ...ratios,
      ...compareMoments(armA, armB, covariance, onAbsent),
      ...present('mannWhitney', () => ({ ...rankSumTest(armA.values, armB.values) }), onAbsent),
    }
  })
}

/**
 * Summarises both arms, and compares them if both are usable. Otherwise every comparing statistic
 * is absent.
 */
export function compareUsable<Arm extends Exclude<ValueArm, UnusableArm>>(
  pairing: ValueComparison['pairing'],
  a: Arm | UnusableArm,
  b: Arm | UnusableArm,
  compare: (a: Arm, b: Arm, onAbsent: OnAbsent) => Statistics,
): ValueComparison {
  const absent: Record<string, string> = {}
  const onAbsent: OnAbsent = (key, reason) => {
    absent[key] = reason
  }
  const arms = {
    baseline: summarizeArm('baseline', a, onAbsent),
    candidate: summarizeArm('candidate', b, onAbsent),
  }
  if (a.kind === 'unusable' || b.kind === 'unusable') {
    const problem =
      a.kind === 'unusable'
        ? problemOf('the baseline', a.values)
        : problemOf('the candidate', (b as UnusableArm).values)
    for (const key of COMPARING) onAbsent(key, problem)
    return { pairing, ...arms, absent }
  }
  return { pairing, ...arms, ...compare(a, b, onAbsent), absent }
}

/** Summarises both arms without comparing them, for a reason that does not lie in their values. */
export function compareNothing(
  a: ValueArm,
  b: ValueArm,
  paired: boolean,
  reason: string,
): ValueComparison {
  return compareUsable(paired ? 'paired' : 'unpaired', a, b, (_a, _b, onAbsent) => {
    for (const key of COMPARING) onAbsent(key, reason)
    return {}
  })
}

/** The comparing statistics that need only the moments of the arms. */
export function compareMoments(
  a: Pick<UsableArm, 'moments' | 'positive'>,
  b: Pick<UsableArm, 'moments' | 'positive'>,
  covariance: number | undefined,
  onAbsent: OnAbsent,
): Pick<ValueComparison, 'welch' | 'effectSize' | 'improvementOfMeans' | 'fieller'> {
  const [momentsA, momentsB] = [a.moments, b.moments]
  return {
    ...present(
      'welch',
      () => toTTestRecord(differenceOfMeans(momentsA, momentsB, exactTQuantile)),
      onAbsent,
    ),
    ...present('effectSize', () => effectSize(momentsA, momentsB), onAbsent),
    ...(a.positive &&
      b.positive && {
        ...present('improvementOfMeans', () => 1 - momentsB.mean / momentsA.mean, onAbsent),
        ...present(
          'fieller',
          () => {
            const { ratio, ci95, df } = fiellerInterval(momentsA, momentsB, covariance)
            return { ratio, ci95: toPair(ci95), df }
          },
          onAbsent,
        ),
      }),
  }
}

/** The statistics of the ratios of two arms of positive values. */
function compareRatios(
  a: UsableArm,
  b: UsableArm,
  paired: boolean,
  onAbsent: OnAbsent,
): Statistics {
  const logRatios = paired
    ? Array.from(a.values, (value, index) => Math.log(b.values[index]! / value))
    : undefined
  const estimate =
    logRatios === undefined ? unpairedEstimate(a.values, b.values) : trimmedEstimate(logRatios)!
  const look = fixedLook(estimate, logRatios)
  if (logRatios === undefined) for (const key of PAIRED_KEYS) onAbsent(key, UNPAIRED)
  return {
    ...improvementOf(estimate, onAbsent),
    ...present('speedup', () => Math.exp(-estimate.m), onAbsent),
    ...(logRatios && toPairedTests(logRatios, onAbsent, exactTQuantile)),
    ...present('noise', () => toNoise(estimate, look, onAbsent), onAbsent),
    look,
    ...defined({ logRatios }),
  }
}

function noRatios(paired: boolean, onAbsent: OnAbsent): Statistics {
  for (const key of RATIO_KEYS) onAbsent(key, NO_RATIOS)
  for (const key of PAIRED_KEYS) onAbsent(key, paired ? NO_RATIOS : UNPAIRED)
  return {}
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
      ...present('ci95', () => toPair(varying(ci95)), nested('improvement', onAbsent)),
      ...present('p', () => varying(p), nested('improvement', onAbsent)),
      df,
    }),
    onAbsent,
  )
}

function varying<Value>(value: Value | undefined): Value {
  if (value === undefined)
    throw new DegenerateSampleError('the ratios do not vary, so t and interval are undefined')
  return value
}

/** The noise, and the smallest true improvement certified as faster with 80 % power. */
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
