import { type CaseConclusion, concludeCase } from '../../harness/verdict/gate.js'
import type { Ending, Verdict } from './tally.js'

const VERDICTS: Readonly<Record<CaseConclusion['verdict'], Verdict>> = {
  pass: 'accepted',
  fail: 'rejected',
  inconclusive: 'inconclusive',
}
const OUTCOMES = {
  accepted: 'accepted',
  rejected: 'rejected',
  inconclusive: 'inconclusive',
  undecided: 'continue',
} as const

/**
 * How the gate ends after two rounds: it fails only if both fail. The second round is made only if
 * the first fails.
 */
export function confirmEnding(first: Ending, second: Ending): Ending {
  const roundOf = ({ verdict }: Ending) => ({ outcome: OUTCOMES[verdict], reasons: [] })
  const { verdict } = concludeCase(roundOf(first), roundOf(second))
  const pairs = first.pairs + (first.verdict === 'rejected' ? second.pairs : 0)
  return { verdict: VERDICTS[verdict], pairs }
}
