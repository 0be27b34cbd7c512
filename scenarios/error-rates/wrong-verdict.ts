import { GATE_LIMIT } from '../../harness/verdict/criteria.js'
import { STUDIED_THRESHOLD, type StudiedRule } from './studied-rules.js'

/**
 * Whether a verdict contradicts the true change. At the margin itself neither verdict is wrong, and
 * inconclusive is never wrong.
 *
 * @param change signed improvement, a fraction
 * @param verdict for a gate, `accepted` is passed and `rejected` failed
 */
export function isWrong(
  rule: StudiedRule,
  change: number,
  verdict: 'accepted' | 'rejected',
): boolean {
  const margin = rule === 'gate' || rule === 'naive-gate' ? -GATE_LIMIT : STUDIED_THRESHOLD
  return verdict === 'accepted' ? change < margin : change > margin
}
