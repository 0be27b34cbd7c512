import { compareValues } from '../../harness/compare/compare-values.js'
import { checkValues, type RegressionCheck } from '../../harness/compare/regression-check.js'
import { GATE_LIMIT } from '../../harness/verdict/criteria.js'
import type { Ending, Verdict } from './tally.js'

const VERDICTS: Readonly<Record<RegressionCheck['outcome'], Verdict>> = {
  passed: 'accepted',
  failed: 'rejected',
  inconclusive: 'inconclusive',
  'not-comparable': 'undecided',
}

/**
 * How `compare --fail-on-regression 10%` ends on unpaired values, such as the times of the old code
 * and, measured after it, those of the new code.
 *
 * @param before times of the old code, ms  @param after times of the new code, ms
 */
export function compareEnding(before: readonly number[], after: readonly number[]): Ending {
  const { outcome } = checkValues(compareValues(before, after, false), GATE_LIMIT)
  return { verdict: VERDICTS[outcome], pairs: Math.min(before.length, after.length) }
}
