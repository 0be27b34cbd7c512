import { toTTestRecord } from '../record/ordinary-tests.js'
import { type OnAbsent, present } from '../record/present.js'
import { effectSize } from '../statistics/effect-size.js'
import { exactTQuantile } from '../statistics/exact-quantile.js'
import { fiellerInterval } from '../statistics/fieller.js'
import type { JointMoments, Moments } from '../statistics/moments.js'
import { scaleOf } from '../statistics/scale.js'
import { differenceOfMeans } from '../statistics/welch.js'
import { COMPARING, NO_RATIOS, RATIO_KEYS, type ValueComparison } from './compare-values.js'
import type { Summary } from './series.js'
import {
  problemOf,
  quotientOfMeans,
  summaryOf,
  toFiellerRecord,
  type ValueArm,
} from './value-arm.js'

/**
 * The comparing statistics that number, mean and standard deviation determine; the others need the
 * values.
 */
const DETERMINED: readonly string[] = ['welch', 'effectSize', 'improvementOfMeans', 'fieller']

/**
 * Compares two arms of which at least one is known by its number of values, mean and standard
 * deviation alone. What needs the values is absent, the estimate of the regression rule among it:
 * that is one of logarithms, and no mean of logarithms follows from a mean.
 *
 * @param a the reference (baseline)  @param b the candidate
 * @param missing why the values are not there, and what would bring them
 */
export function compareSummaries(a: ValueArm, b: ValueArm, missing: string): ValueComparison {
  const absent: Record<string, string> = {}
  const onAbsent: OnAbsent = (key, reason) => {
    absent[key] = reason
  }
  const arms = {
    baseline: summaryOf('baseline', a, onAbsent),
    candidate: summaryOf('candidate', b, onAbsent),
  }
  const problem = problemIn('the baseline', a) ?? problemIn('the candidate', b)
  if (a.kind === 'unusable' || b.kind === 'unusable') {
    for (const key of COMPARING) onAbsent(key, problem!)
    return { pairing: 'unpaired', ...arms, absent }
  }
  for (const key of COMPARING) if (!DETERMINED.includes(key)) onAbsent(key, missing)
  const positive = a.positive && b.positive
  if (!positive) for (const key of RATIO_KEYS) onAbsent(key, NO_RATIOS)
  const joint = jointly(a.moments, b.moments)
  return {
    pairing: 'unpaired',
    ...arms,
    ...present('welch', () => toTTestRecord(differenceOfMeans(joint, exactTQuantile)), onAbsent),
    ...present('effectSize', () => effectSize(joint), onAbsent),
    ...(positive &&
      present('improvementOfMeans', () => 1 - quotientOfMeans(a.moments, b.moments), onAbsent)),
    ...(positive &&
      present('fieller', () => toFiellerRecord(fiellerInterval(a.moments, b.moments)), onAbsent)),
    absent,
  }
}

function problemIn(name: string, arm: ValueArm): string | undefined {
  return arm.kind === 'unusable' ? problemOf(name, arm.values) : undefined
}

/**
 * An arm that is known by its summary alone; it is one of times, so they are above zero where their
 * mean is.
 */
export function summaryArm({ n, mean, sd }: Summary): ValueArm {
  const factor = scaleOf([mean, sd])
  return {
    kind: 'summary',
    moments: { n, mean: mean * factor, variance: (sd * factor) ** 2, factor },
    positive: mean > 0,
  }
}

/** The same moments under one factor, so that the means can be subtracted. */
function jointly(a: Moments, b: Moments): JointMoments {
  const factor = scaleOf(
    [a, b].map(
      ({ mean, variance, factor }) => Math.max(Math.abs(mean), Math.sqrt(variance)) / factor,
    ),
  )
  const under = ({ n, mean, variance, factor: own }: Moments): Moments => {
    const change = factor / own
    return { n, mean: mean * change, variance: variance * change ** 2, factor }
  }
  return { a: under(a), b: under(b) }
}
