import {
  COMPARING,
  compareMoments,
  compareUsable,
  NO_RATIOS,
  RATIO_KEYS,
  type ValueComparison,
} from './compare-values.js'
import type { Summary } from './series.js'
import type { ValueArm } from './value-arm.js'

/**
 * The comparing statistics that size, mean and standard deviation determine; the others need the
 * values.
 */
const DETERMINED: readonly string[] = ['welch', 'effectSize', 'improvementOfMeans', 'fieller']
const UNDETERMINED = COMPARING.filter((key) => !DETERMINED.includes(key))

/**
 * Compares two arms of which at least one has only its size, mean and standard deviation.
 * Statistics that need the values are absent. One of them is the estimate of the regression rule,
 * because a mean of logarithms cannot be computed from a mean.
 *
 * @param a the reference (baseline)  @param b the candidate
 * @param missing why the values are missing, and how to get them
 * @param higherIsBetter the values are rates
 */
export function compareSummaries(
  a: ValueArm,
  b: ValueArm,
  missing: string,
  higherIsBetter = false,
): ValueComparison {
  return compareUsable('unpaired', a, b, (armA, armB, onAbsent) => {
    for (const key of UNDETERMINED) onAbsent(key, missing)
    if (!armA.positive || !armB.positive) for (const key of RATIO_KEYS) onAbsent(key, NO_RATIOS)
    const [first, second] = higherIsBetter ? [armB, armA] : [armA, armB]
    return compareMoments(first, second, undefined, onAbsent)
  })
}

/**
 * The arm of a summary. Its values are times, so they are all positive if their mean is positive.
 */
export function summaryArm({ n, mean, sd }: Summary): ValueArm {
  return { kind: 'summary', moments: { n, mean, variance: sd ** 2 }, positive: mean > 0 }
}
