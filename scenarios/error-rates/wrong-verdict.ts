import { marginOf, type StudiedRule } from './studied-rules.js'

/**
 * Whether a verdict contradicts the true change. If the true change equals the margin, neither
 * acceptance nor rejection is wrong. Inconclusive is never wrong.
 *
 * @param change signed improvement, a fraction
 * @param verdict for a gate, `accepted` means passed and `rejected` means failed
 */
export function isWrong(
  rule: StudiedRule,
  change: number,
  verdict: 'accepted' | 'rejected',
): boolean {
  const margin = marginOf(rule)
  return verdict === 'accepted' ? change < margin : change > margin
}
