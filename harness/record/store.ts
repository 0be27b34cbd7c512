import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { z } from 'zod'
import { InvalidEvidenceError } from '../errors.js'
import {
  type Environment,
  type Equivalence,
  type EvaluationPlan,
  type Evidence,
  environmentSchema,
  equivalenceSchema,
  planSchema,
} from '../evidence/evidence.js'
import { HOTSPOTS, hotspotsSchema } from '../evidence/hotspots-schema.js'
import { type ProbeLine, probeLineSchema } from '../evidence/probe-record.js'
import { type JournalLine, journalLineSchema } from '../evidence/run-record.js'
import { type Sequence, sequenceSchema } from '../evidence/sequence-evidence.js'
import {
  appendSynced,
  claimDirectory,
  makeDirectory,
  readIfThere,
  readStored,
  truncateSynced,
  writeWhole,
} from '../system/files.js'
import { renderDecision } from './decision-markdown.js'
import { type DecisionRecord, recordText } from './decision-record.js'
import { renderIndex } from './index-page.js'
import { decisionRecordSchema } from './record-schema.js'

/** Names of evidence and records: a number and a layer, nothing that could leave its folder. */
const ID = /^\d{4,}-[a-z0-9][a-z0-9.-]*$/
const JOURNAL = 'runs.jsonl'
const SEQUENCE = 'sequence.json'
const PROBE_JOURNAL = 'memory-probe.jsonl'

/** The folders below an evidence root. */
export const decisionsOf = (root: string) => join(root, 'decisions')
export const evidenceOf = (root: string) => join(root, 'profiling-results')
export const reportsOf = (root: string) => join(root, 'reports')

/**
 * Creates the folders of an evidence root, so that a place nobody can write to is found before
 * anything is measured.
 */
export function prepareRoot(root: string): void {
  makeDirectory(decisionsOf(root))
  makeDirectory(evidenceOf(root))
  makeDirectory(reportsOf(root))
}

/** Claims the next number for a layer: a new, empty evidence folder. @returns its id */
export function claimEvidence(root: string, layer: string): string {
  const taken = [...recordIds(root), ...evidenceIds(root)].map((id) => Number.parseInt(id, 10))
  for (let number = Math.max(0, ...taken) + 1; ; number++) {
    const id = `${String(number).padStart(4, '0')}-${layer}`
    if (claimDirectory(join(evidenceOf(root), id))) return id
  }
}

/** Gives a claimed number back where nothing worth keeping was written: no plan, hence no run. */
export function discardUnplanned(root: string, id: string): void {
  if (readIfThere(pathOf(root, id, 'plan.json')) === undefined)
    rmSync(join(evidenceOf(root), id), { recursive: true, force: true })
}

export function writeEnvironment(root: string, id: string, environment: Environment): void {
  writeWhole(pathOf(root, id, 'environment.json'), jsonText(environment))
}

export function writeEquivalence(root: string, id: string, equivalence: Equivalence): void {
  writeWhole(pathOf(root, id, 'equivalence.json'), jsonText(equivalence))
}

export function writeSequence(root: string, id: string, sequence: Sequence): void {
  writeWhole(pathOf(root, id, SEQUENCE), jsonText(sequence))
}

/** Writes the plan, and the empty journal it begins. */
export function writePlan(root: string, plan: EvaluationPlan): void {
  writeWhole(pathOf(root, plan.id, JOURNAL), '')
  writeWhole(pathOf(root, plan.id, 'plan.json'), jsonText(plan))
  writeIndex(root)
}

/** Appends one run to the journal; on disk when this returns. */
export function appendRun(root: string, id: string, line: JournalLine): void {
  appendSynced(pathOf(root, id, JOURNAL), `${JSON.stringify(line)}\n`)
}

/** Appends one run of the memory probe; on disk when this returns. */
export function appendProbe(root: string, id: string, line: ProbeLine): void {
  appendSynced(pathOf(root, id, PROBE_JOURNAL), `${JSON.stringify(line)}\n`)
}

/**
 * Drops the torn last lines an interruption may have left; a last line that only lacks its end is
 * completed.
 */
export function mendJournal(root: string, id: string): void {
  mendLines(pathOf(root, id, JOURNAL), journalLineSchema)
  mendLines(pathOf(root, id, PROBE_JOURNAL), probeLineSchema)
}

function mendLines(path: string, line: z.ZodType): void {
  const text = readIfThere(path) ?? ''
  if (text === '' || text.endsWith('\n')) return
  const torn = text.slice(text.lastIndexOf('\n') + 1)
  if (parseJson(torn, line) === undefined)
    truncateSynced(path, Buffer.byteLength(text) - Buffer.byteLength(torn))
  else appendSynced(path, '\n')
}

/**
 * All of an evidence folder, validated.
 *
 * @throws {InvalidEvidenceError} a file is missing, or is not what we write; names the file and the
 * line
 */
export function readEvidence(root: string, id: string): Evidence {
  const folder = join(evidenceOf(root), id)
  if (!existsSync(folder)) throw damaged(folder, 'is missing')
  const names = listFiles(folder)
  return {
    plan: readPlan(root, id),
    environment: readJson(pathOf(root, id, 'environment.json'), environmentSchema),
    equivalence: readJson(pathOf(root, id, 'equivalence.json'), equivalenceSchema),
    runs: readJournal(pathOf(root, id, JOURNAL), journalLineSchema),
    ...(names.includes(PROBE_JOURNAL) && {
      memoryProbe: readJournal(pathOf(root, id, PROBE_JOURNAL), probeLineSchema),
    }),
    ...(names.includes(SEQUENCE) && {
      sequence: readJson(pathOf(root, id, SEQUENCE), sequenceSchema),
    }),
    ...readHotspots(folder, names),
    digests: Object.fromEntries(names.map((name) => [name, digestFile(join(folder, name))])),
  }
}

/** What profiling found, by workload: `<workload>/hotspots.json`, where it was captured. */
function readHotspots(folder: string, names: readonly string[]): Pick<Evidence, 'hotspots'> {
  const found = names.filter((name) => dirname(name) !== '.' && basename(name) === HOTSPOTS)
  if (found.length === 0) return {}
  return {
    hotspots: Object.fromEntries(
      found.map((name) => [dirname(name), readJson(join(folder, name), hotspotsSchema)]),
    ),
  }
}

function readPlan(root: string, id: string): EvaluationPlan {
  return readJson(pathOf(root, id, 'plan.json'), planSchema)
}

/** Ids of evidence folders that hold a plan but no decision, ascending. */
export function unfinishedIds(root: string): string[] {
  const decided = new Set(recordIds(root))
  return evidenceIds(root).filter(
    (id) => !decided.has(id) && readIfThere(pathOf(root, id, 'plan.json')) !== undefined,
  )
}

/** Ids of all records, ascending by number. */
export function recordIds(root: string): string[] {
  return sortedIds(
    listNames(decisionsOf(root)).flatMap((name) =>
      name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [],
    ),
  )
}

/**
 * All records, ascending by number.
 *
 * @throws {InvalidEvidenceError} a record is not what we write, or stands under another name than
 * its own
 */
export function readRecords(root: string): DecisionRecord[] {
  return recordIds(root).map((id) => readRecord(root, id))
}

/** `sha256:…` of the JSON of a record. */
export function digestRecord(root: string, id: string): string {
  return digestFile(join(decisionsOf(root), `${id}.json`))
}

/** The record of an id, or what is wrong with it. */
export function readRecord(root: string, id: string): DecisionRecord {
  const path = join(decisionsOf(root), `${id}.json`)
  const text = readIfThere(path)
  const record = text === undefined ? undefined : parseJson(text, decisionRecordSchema)
  // No new evaluation can mend a damaged record: numbers are never used again.
  if (record === undefined)
    throw new InvalidEvidenceError(
      `${path} is no decision record; restore it, or delete it with its markdown`,
    )
  if (record.id !== id)
    throw new InvalidEvidenceError(
      `${path} says it is ${record.id}; give record and evidence their own names back`,
    )
  return record
}

/** Publishes a record: its markdown, itself, the markdown of those it supersedes, and the index. */
export function publishRecord(root: string, record: DecisionRecord): void {
  const records = [...readRecords(root).filter(({ id }) => id !== record.id), record]
  writeRecord(root, record, records)
  for (const older of records)
    if (older.layer === record.layer && older.id !== record.id) writeMarkdown(root, older, records)
  writeIndex(root)
}

/**
 * Puts records in the place of those with the same ids: JSON, markdown and the index. The caller
 * has made sure that they say the same.
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
  writeMarkdown(root, record, records)
  writeWhole(join(decisionsOf(root), `${record.id}.json`), recordText(record))
}

function writeMarkdown(
  root: string,
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): void {
  writeWhole(join(decisionsOf(root), `${record.id}.md`), renderDecision(record, records))
}

/** A generated file of `decisions/` as it is on disk. */
export function readGenerated(root: string, name: string): string | undefined {
  return readIfThere(join(decisionsOf(root), name))
}

function writeIndex(root: string): void {
  writeWhole(
    join(decisionsOf(root), 'README.md'),
    renderIndex(readRecords(root), unfinishedIds(root)),
  )
}

function readJournal<Line extends z.ZodType>(path: string, lineSchema: Line): z.infer<Line>[] {
  const text = readIfThere(path)
  if (text === undefined) throw damaged(path, 'is missing')
  if (text !== '' && !text.endsWith('\n'))
    throw damaged(path, `ends in the middle of line ${text.split('\n').length}`)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const parsed = parseJson(line, lineSchema)
      if (parsed === undefined) throw damaged(path, `holds no run in line ${index + 1}`)
      return parsed
    })
}

/** What a text holds, if it is JSON of this shape. */
function parseJson<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function readJson<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> {
  const stored = readStored(path, schema, 'is not what was written; restore it or evaluate again')
  if (stored === undefined) throw damaged(path, 'is missing')
  return stored
}

function damaged(path: string, what: string): InvalidEvidenceError {
  return new InvalidEvidenceError(`${path} ${what}; restore it or evaluate again`)
}

function pathOf(root: string, id: string, name: string): string {
  return join(evidenceOf(root), id, name)
}

function evidenceIds(root: string): string[] {
  return sortedIds(listNames(evidenceOf(root)))
}

function sortedIds(names: readonly string[]): string[] {
  return names
    .filter((name) => ID.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1))
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

/** Paths of all files below a folder, leftovers of interrupted writes excepted. */
function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

function digestFile(path: string): string {
  return `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
