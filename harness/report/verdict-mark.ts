import type { DecisionRecord } from '../record/record-schema.js'

/** A verdict as a word and a symbol, which can be read without colours. */
export interface VerdictMark {
  readonly word: string
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
