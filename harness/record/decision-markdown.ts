import type { DecisionRecord } from './record-schema.js'

/** The markdown twin of a record. `records` are all records known, for supersession. */
export function renderDecision(record: DecisionRecord, records: readonly DecisionRecord[]): string {
  throw new Error(`unrendered: ${record.id} ${records.length}`)
}
