import type { DecisionRecord } from '../record/record-schema.js'

/** A verdict as word and symbol: nobody needs colours to tell them apart. */
export interface VerdictMark {
  readonly word: string
  readonly symbol: string
}

const SYMBOLS: Readonly<Record<DecisionRecord['verdict'], string>> = {
  accepted: '✓',
  rejected: '✗',
  inconclusive: '?',
}

export function verdictMark(verdict: DecisionRecord['verdict']): VerdictMark {
  return { word: verdict, symbol: SYMBOLS[verdict] }
}
