import { join } from 'node:path'
import { EXIT, type ExitCode, InputError, InvalidEvidenceError } from '../errors.js'
import { decisionsOf, evidenceOf, readEvidence, readGenerated, readRecords, recordIds, unfinishedIds } from '../evidence-store.js'
import type { Io } from '../io.js'
import { unknownName } from '../nearest-name.js'
import { renderDecision } from '../record/decision-markdown.js'
import { type DecisionRecord, recordText, toDecisionRecord } from '../record/decision-record.js'
import { renderIndex } from '../record/index-page.js'

/**
 * `assay replay <record>` · `assay replay --all`: derives records again from their stored runs and compares every byte.
 *
 * @param name id or number of a record; undefined: all of them
 * @throws {InputError} no such record
 * @throws {InvalidEvidenceError} a file differs from what was written, or from what its evidence yields; names the file
 */
export function replayCommand(root: string, name: string | undefined, io: Io): ExitCode {
  const ids = name === undefined ? recordIds(root) : [resolveRecord(root, name)]
  if (ids.length === 0)
    throw new InputError(`no records in ${decisionsOf(root)}; evaluate a layer first, or name the place with --out`)
  const records = readRecords(root)
  const chosen = records.filter(({ id }) => ids.includes(id))
  if (chosen.length !== ids.length)
    throw new InvalidEvidenceError(`only ${chosen.length} of ${ids.length} records could be replayed`)
  for (const record of chosen) {
    replayRecord(root, record, records)
    io.stdout(
      `${record.id}  ${record.verdict}  identical to what its ${Object.keys(record.evidence).length} evidence files yield\n`,
    )
  }
  compare(join(decisionsOf(root), 'README.md'), readGenerated(root, 'README.md'), renderIndex(records, unfinishedIds(root)))
  return EXIT.done
}

function resolveRecord(root: string, name: string): string {
  const known = recordIds(root)
  const byNumber = /^\d+$/.test(name) ? known.find((id) => Number.parseInt(id, 10) === Number(name)) : undefined
  const id = byNumber ?? known.find((candidate) => candidate === name)
  if (id === undefined) throw unknownName('record', name, known)
  return id
}

function replayRecord(root: string, record: DecisionRecord, records: readonly DecisionRecord[]): void {
  const { id } = record
  const evidence = readEvidence(root, id)
  compareDigests(root, record, evidence.digests)
  compare(join(decisionsOf(root), `${id}.json`), readGenerated(root, `${id}.json`), recordText(toDecisionRecord(evidence)))
  compare(join(decisionsOf(root), `${id}.md`), readGenerated(root, `${id}.md`), renderDecision(record, records))
}

function compareDigests(root: string, { id, evidence: recorded }: DecisionRecord, found: Readonly<Record<string, string>>): void {
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

function compare(path: string, found: string | undefined, derived: string): void {
  if (found === derived) return
  const line = found === undefined ? 'it is missing' : `first difference in line ${firstDifference(found, derived)}`
  throw new InvalidEvidenceError(
    `${path} is not what its evidence yields (${line}); restore it, or evaluate again for a new record`,
  )
}

function firstDifference(found: string, derived: string): number {
  const lines = derived.split('\n')
  const other = found.split('\n')
  return 1 + Array.from({ length: Math.max(lines.length, other.length) }).findIndex((_, index) => other[index] !== lines[index])
}
