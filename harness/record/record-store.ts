import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import { decisionsOf, recordIds, unfinishedIds } from '../evidence/evidence-store.js'
import { digestFile, readIfThere, readStored, writeWhole } from '../system/files.js'
import { type OwnFile, writeOwn } from '../system/own-file.js'
import { renderDecision } from './decision-markdown.js'
import { type DecisionRecord, recordText } from './decision-record.js'
import { INDEX_MARK, renderIndex } from './index-page.js'
import { decisionRecordSchema } from './record-schema.js'

/**
 * All records, ascending by number.
 *
 * @throws {InvalidEvidenceError} a record does not have the expected shape, or its file is not
 * named after its id
 */
export function readRecords(root: string): DecisionRecord[] {
  return recordIds(root).map((id) => readRecord(root, id))
}

/** The record of an id. @throws {InvalidEvidenceError} as `readRecords` */
export function readRecord(root: string, id: string): DecisionRecord {
  const path = recordPath(root, id)
  // Not "evaluate again": a new evaluation gets a new number and cannot replace this record.
  const problem = 'is not a decision record; restore it, or delete it with its markdown'
  const record = readStored(path, decisionRecordSchema, problem)
  if (record === undefined) throw new InvalidEvidenceError(`${path} ${problem}`)
  if (record.id !== id)
    throw new InvalidEvidenceError(
      `${path} holds the record ${record.id}; rename record and evidence back to their own ids`,
    )
  return record
}

/** `sha256:…` of the JSON of a record. */
export function digestRecord(root: string, id: string): string {
  return digestFile(recordPath(root, id))
}

/**
 * Publishes a record: its JSON, its markdown, the markdown of those it supersedes, the index. Doing
 * it again changes nothing.
 */
export function publishRecord(root: string, record: DecisionRecord): void {
  const records = [...readRecords(root).filter(({ id }) => id !== record.id), record]
  writeRecord(root, record, records)
  for (const older of records)
    if (older.layer === record.layer && older.id !== record.id) writeMarkdown(root, older, records)
  writeIndex(root)
}

/**
 * Replaces records by those with the same ids: JSON, markdown and the index. The caller has checked
 * that their figures and verdicts are the same.
 */
export function rewriteRecords(root: string, rewritten: readonly DecisionRecord[]): void {
  const byId = new Map(rewritten.map((record) => [record.id, record]))
  const records = readRecords(root).map((record) => byId.get(record.id) ?? record)
  for (const record of rewritten) writeRecord(root, record, records)
  writeIndex(root)
}

function writeRecord(
  root: string,
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): void {
  writeWhole(recordPath(root, record.id), recordText(record))
  writeMarkdown(root, record, records)
}

function writeMarkdown(
  root: string,
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): void {
  writeWhole(join(decisionsOf(root), `${record.id}.md`), renderDecision(record, records))
}

/** Text of a generated file in `decisions/`; undefined where there is none. */
export function readGenerated(root: string, name: string): string | undefined {
  return readIfThere(join(decisionsOf(root), name))
}

/** Writes the index of all records and unfinished evaluations, `decisions/README.md`. */
export function writeIndex(root: string): void {
  writeOwn(indexFile(root), renderIndex(readRecords(root), unfinishedIds(root)))
}

/** The index of all records, which is written again with every record. */
export function indexFile(root: string): OwnFile {
  return { path: join(decisionsOf(root), 'README.md'), mark: INDEX_MARK }
}

function recordPath(root: string, id: string): string {
  return join(decisionsOf(root), `${id}.json`)
}
