import { mean } from 'simple-statistics'
import { toSample } from '../../harness/statistics/sample.js'
import { welchTest } from '../../harness/statistics/welch.js'
import { GATE_LIMIT } from '../../harness/verdict/criteria.js'
import { STUDIED_THRESHOLD } from './studied-rules.js'
import type { Verdict } from './tally.js'

/** Processes per arm: ten of one, then ten of the other. */
export const NAIVE_RUNS = 10
const SIGNIFICANT_BELOW = 0.05

/** What the naive rule says of a layer and of a change at the gate. It knows no "inconclusive". */
export interface NaiveVerdicts {
  readonly layer: Verdict
  readonly gate: Verdict
}

/**
 * What most people do: time the old code, then the new code; Welch's test says p < 0.05, and the
 * means differ by what was hoped for (5 % faster) or feared (10 % slower).
 *
 * @param a times of the first processes, ms, n ≥ 2
 * @param b times of the processes after them
 * @throws {DegenerateSampleError} a time is not positive and finite, or no time varies
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
