import type { Evidence } from '../evidence.js'
import type { DecisionRecord } from './record-schema.js'

export type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** The decision record of an evidence folder: a function of its files and nothing else. */
export function toDecisionRecord(evidence: Evidence): DecisionRecord {
  throw new Error(`unrecorded: ${evidence.plan.id}`)
}

/** The bytes of a record file: stable key order, two-space JSON, a final newline. */
export function recordText(record: DecisionRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}
