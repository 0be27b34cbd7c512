import { mean } from 'simple-statistics'
import { toSample } from '../../harness/statistics/sample.js'
import { welchTest } from '../../harness/statistics/welch.js'
import { GATE_LIMIT } from '../../harness/verdict/criteria.js'
import { STUDIED_THRESHOLD } from './studied-rules.js'
import type { Verdict } from './tally.js'

/** Processes per arm: first ten of the old code, then ten of the new code. */
export const NAIVE_RUNS = 10
const SIGNIFICANT_BELOW = 0.05

/**
 * The verdicts of the naive rule for a layer and for the gate. The rule never gives
 * "inconclusive".
 */
export interface NaiveVerdicts {
  readonly layer: Verdict
  readonly gate: Verdict
}

/**
 * The common practice: time the old code, then the new code, and decide by Welch's test and the
 * means. The rule requires p < 0.05 and a difference of the means of at least the threshold (5 %
 * faster for a layer, 10 % slower for the gate).
 *
 * @param a times of the first processes, ms, n ≥ 2
 * @param b times of the processes after them, ms, n ≥ 2
 * @throws {DegenerateSampleError} a time is not positive and finite, or all times are equal
 */
export function naiveVerdicts(a: readonly number[], b: readonly number[]): NaiveVerdicts {
  const { p } = welchTest(toSample(a), toSample(b))
  const ratio = mean([...b]) / mean([...a])
  const significant = p < SIGNIFICANT_BELOW
  return {
    layer: significant && 1 - ratio >= STUDIED_THRESHOLD ? 'accepted' : 'rejected',
    gate: significant && ratio - 1 >= GATE_LIMIT ? 'rejected' : 'accepted',
  }
}
