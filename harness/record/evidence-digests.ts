import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import type { Evidence } from '../evidence/evidence.js'
import { decisionsOf, evidenceOf, readEvidence } from '../evidence/evidence-store.js'
import { hasDigestWithoutCr, LINE_ENDS_CHANGED } from '../evidence/line-ends.js'
import { digestFile } from '../system/files.js'
import type { DecisionRecord } from './decision-record.js'

/**
 * The evidence that a record was made from.
 *
 * @throws {InvalidEvidenceError} it is damaged, or not what the record was made from; if git
 * changed the line ends of a file and nothing else, the message states that, with the remedy
 */
export function readUnchangedEvidence(root: string, record: DecisionRecord): Evidence {
  try {
    const evidence = readEvidence(root, record.id)
    checkDigests(root, record, evidence.digests)
    return evidence
  } catch (error) {
    refuseLineEnds(root, record)
    throw error
  }
}

/**
 * Checks that an evidence folder holds exactly the files its record was made from.
 *
 * @param present `sha256:…` of each file in the folder, by name
 * @throws {InvalidEvidenceError} a file was changed, is missing, or was added; the message
 * contains its path
 */
export function checkDigests(
  root: string,
  { id, evidence: recorded }: DecisionRecord,
  present: Readonly<Record<string, string>>,
): void {
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(present)])) {
    if (recorded[name] === present[name]) continue
    const path = join(evidenceOf(root), id, name)
    const what =
      present[name] === undefined
        ? `${path} is missing`
        : recorded[name] === undefined
          ? `${path} is not part of the record`
          : `${path} is not the file that ${join(decisionsOf(root), `${id}.json`)} was made from: one of them was changed`
    throw new InvalidEvidenceError(`${what}; restore it, or evaluate again for a new record`)
  }
}

/** @throws {InvalidEvidenceError} git changed the line ends of a file; names it, and the remedy */
function refuseLineEnds(root: string, { id, evidence }: DecisionRecord): void {
  for (const [name, digest] of Object.entries(evidence)) {
    const path = join(evidenceOf(root), id, name)
    if (existsSync(path) && digestFile(path) !== digest && hasDigestWithoutCr(path, digest))
      throw new InvalidEvidenceError(`${path}: ${LINE_ENDS_CHANGED}`)
  }
}
