import type { DecisionRecord } from './record-schema.js'

/** `0007` of `0007-layer1`. */
export function numberOf(id: string): string {
  return id.split('-', 1)[0]!
}

/**
 * The newest record that supersedes this one; undefined where none does. The superseded record
 * itself does not change.
 */
export function supersededBy(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): DecisionRecord | undefined {
  return records
    .filter(({ supersedes }) => supersedes === record.id)
    .sort((a, b) => (a.id < b.id ? 1 : -1))[0]
}
