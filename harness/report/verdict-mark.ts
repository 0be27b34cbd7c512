import type { DecisionRecord, WorkloadRecord } from '../record/record-schema.js'

/** A verdict as a word and a symbol, which can be read without colours. */
export interface VerdictMark {
  readonly word: DecisionRecord['verdict']
  readonly symbol: string
}

const SYMBOLS: Readonly<Record<DecisionRecord['verdict'], string>> = {
  accepted: '✓',
  rejected: '✗',
  inconclusive: '?',
}

/** The word and the symbol of a verdict. */
export function verdictMark(verdict: DecisionRecord['verdict']): VerdictMark {
  return { word: verdict, symbol: SYMBOLS[verdict] }
}

/** The mark of a workload. One that stopped early, because another decided, has one of its own. */
export function workloadMark({
  verdict,
  reasons,
}: Pick<WorkloadRecord, 'verdict' | 'reasons'>): VerdictMark {
  return reasons.includes('not-needed') ? { word: verdict, symbol: '–' } : verdictMark(verdict)
}
