import type { DecisionRecord } from './record-schema.js'

/** `decisions/README.md`. `unfinished` are ids of evidence folders without a decision. */
export function renderIndex(records: readonly DecisionRecord[], unfinished: readonly string[]): string {
  throw new Error(`unrendered: ${records.length} ${unfinished.length}`)
}
