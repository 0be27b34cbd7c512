import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import { decisionsOf, evidenceOf } from '../evidence/store.js'
import type { DecisionRecord } from './decision-record.js'

/**
 * Makes sure that an evidence folder holds the files its record was made from, and no others.
 *
 * @param found `sha256:…` of each file in the folder, by name
 * @throws {InvalidEvidenceError} one was changed, is missing, or came later; names it
 */
export function checkDigests(
  root: string,
  { id, evidence: recorded }: DecisionRecord,
  found: Readonly<Record<string, string>>,
): void {
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(found)])) {
    if (recorded[name] === found[name]) continue
    const path = join(evidenceOf(root), id, name)
    const what =
      found[name] === undefined
        ? `${path} is missing`
        : recorded[name] === undefined
          ? `${path} is not part of the record`
          : `${path} is not the file ${join(decisionsOf(root), `${id}.json`)} was made from: one of them was changed`
    throw new InvalidEvidenceError(`${what}; restore it, or evaluate again for a new record`)
  }
}
