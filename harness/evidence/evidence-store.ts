import { existsSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import {
  claimDirectory,
  digestFile,
  digestOf,
  filesBelow,
  makeDirectory,
  namesIfThere,
  readIfThere,
  readStored,
  writeJson,
  writeWhole,
} from '../system/files.js'
import { BLOCK_COUNTS, blockCountsSchema } from './block-counts-schema.js'
import { defined } from './defined.js'
import {
  type EvaluationPlan,
  type Evidence,
  environmentSchema,
  equivalenceSchema,
  planSchema,
} from './evidence.js'
import { RECORD_ID } from './field-schemas.js'
import { HOTSPOTS, hotspotsSchema } from './hotspots-schema.js'
import { appendLine, damaged, mendLines, readJournal } from './journal.js'
import { MODULES, type ModuleDigests, modulesSchema } from './modules-schema.js'
import { type ProbeLine, probeLineSchema } from './probe-record.js'
import { type JournalLine, journalLineSchema } from './run-record.js'
import { sequenceSchema } from './sequence-evidence.js'

const PLAN = 'plan.json'
const NUMBERED = /^\d{4,}-/
const JOURNAL = 'runs.jsonl'
const SEQUENCE = 'sequence.json'
const PROBE_JOURNAL = 'memory-probe.jsonl'

/** Beside the evidence folders while a record is published. */
const PUBLICATION = '.publishing.json'
const publicationSchema = z.strictObject({ id: z.string().regex(RECORD_ID) })

/** Files of an evidence folder; every other entry is the folder of a workload's profile. */
export const EVIDENCE_FILES: readonly string[] = [
  PLAN,
  'environment.json',
  'equivalence.json',
  JOURNAL,
  SEQUENCE,
  PROBE_JOURNAL,
  MODULES,
]

/** Folder of the decision records below an evidence root. */
export const decisionsOf = (root: string) => join(root, 'decisions')
/** Folder of the evidence below an evidence root, one folder per evaluation. */
export const evidenceOf = (root: string) => join(root, 'profiling-results')
/** Folder of the reports below an evidence root. */
export const reportsOf = (root: string) => join(root, 'reports')

/**
 * Creates the folders of an evidence root, so that a place without write permission is noticed
 * before anything is measured.
 */
export function prepareRoot(root: string): void {
  makeDirectory(decisionsOf(root))
  makeDirectory(evidenceOf(root))
  makeDirectory(reportsOf(root))
}

/** Claims the next number for a layer: a new, empty evidence folder. @returns its id */
export function claimEvidence(root: string, layer: string): string {
  // Numbers of files that we did not write count too: ours must never have the same name.
  const names = [...namesIfThere(decisionsOf(root)), ...namesIfThere(reportsOf(root))]
  const used = [...names.filter((name) => NUMBERED.test(name)), ...evidenceFolders(root)].map(
    (name) => Number.parseInt(name, 10),
  )
  for (let number = Math.max(0, ...used) + 1; ; number++) {
    const id = `${String(number).padStart(4, '0')}-${layer}`
    if (claimDirectory(join(evidenceOf(root), id))) return id
  }
}

/** Frees a claimed number whose folder has no plan yet, hence no runs. */
export function discardUnplanned(root: string, id: string): void {
  try {
    if (!hasPlan(root, id)) rmSync(join(evidenceOf(root), id), { recursive: true, force: true })
  } catch {
    // It is called after an error, which this one must not hide.
  }
}

/** The files of an evidence folder that are written once, before the plan. */
type Part = 'environment' | 'equivalence' | 'sequence'

/** Writes `environment.json`, `equivalence.json` or `sequence.json`. */
export function writePart<P extends Part>(
  root: string,
  id: string,
  part: P,
  value: NonNullable<Evidence[P]>,
): void {
  writeJson(pathOf(root, id, `${part}.json`), value)
}

/** Marks that the record of an id is being published. */
export function beginPublication(root: string, id: string): void {
  writeJson(publicationMark(root), { id })
}

/** The id of a record whose publication has begun and not ended; undefined if there is none. */
export function pendingPublication(root: string): string | undefined {
  return readStored(publicationMark(root), publicationSchema, 'was changed; delete it')?.id
}

/** Removes the mark of a publication. */
export function endPublication(root: string): void {
  rmSync(publicationMark(root), { force: true })
}

function publicationMark(root: string): string {
  return join(evidenceOf(root), PUBLICATION)
}

/** Writes `plan.json`, and an empty journal for the runs that follow. */
export function writePlan(root: string, plan: EvaluationPlan): void {
  writeWhole(pathOf(root, plan.id, JOURNAL), '')
  writeJson(pathOf(root, plan.id, PLAN), plan)
}

/** Appends one run to the journal of an evaluation; on disk when this returns. */
export function appendRun(root: string, id: string, line: JournalLine): void {
  appendRunIn(join(evidenceOf(root), id), line)
}

/** Appends one run to the journal beside a `plan.json`; on disk when this returns. */
export function appendRunIn(folder: string, line: JournalLine): void {
  appendLine(join(folder, JOURNAL), line, beginningIn(folder))
}

/** Appends one run of the memory probe; on disk when this returns. */
export function appendProbe(root: string, id: string, line: ProbeLine): void {
  appendLine(pathOf(root, id, PROBE_JOURNAL), line, beginningIn(join(evidenceOf(root), id)))
}

/**
 * What the first line of a journal follows: the plan. Undefined for plans of version 1, whose
 * journals are not chained.
 */
function beginningIn(folder: string): string | undefined {
  const text = readIfThere(join(folder, PLAN)) ?? ''
  return /^\{\s*"schema":\s*"assay\/plan@1"/.test(text) || text === '' ? undefined : digestOf(text)
}

/** Replaces `modules.json`. */
export function writeModules(root: string, id: string, modules: ModuleDigests): void {
  writeJson(pathOf(root, id, MODULES), { schema: 'assay/modules@1', modules })
}

/**
 * What must be known before an interrupted evaluation is continued: its plan, its host, and the
 * modules its processes have loaded. The journals are not read.
 *
 * @throws {InvalidEvidenceError} as `readEvidence`
 */
export function readBeginning(
  root: string,
  id: string,
): Pick<Evidence, 'plan' | 'environment' | 'modules'> {
  const folder = join(evidenceOf(root), id)
  return readParts(folder, listFiles(folder))
}

/** @param names of the files in the folder */
function readParts(folder: string, names: readonly string[]): ReturnType<typeof readBeginning> {
  return defined({
    plan: readJson(join(folder, PLAN), planSchema),
    environment: readJson(join(folder, 'environment.json'), environmentSchema),
    modules: readModules(folder, names),
  })
}

function readModules(folder: string, names: readonly string[]): ModuleDigests | undefined {
  if (!names.includes(MODULES)) return undefined
  return readJson(join(folder, MODULES), modulesSchema).modules
}

/**
 * Repairs the ends of the journals after an interruption: an incomplete last line is dropped; one
 * that lacks only its line end gets it.
 */
export function mendJournal(root: string, id: string): void {
  mendLines(pathOf(root, id, JOURNAL), journalLineSchema)
  mendLines(pathOf(root, id, PROBE_JOURNAL), probeLineSchema)
}

/**
 * All of an evidence folder, validated.
 *
 * @throws {InvalidEvidenceError} a file is missing, or does not have the expected shape; names the
 * file and the line
 */
export function readEvidence(root: string, id: string): Evidence {
  const folder = join(evidenceOf(root), id)
  if (!existsSync(folder)) throw damaged(folder, 'is missing')
  const names = listFiles(folder)
  const follows = beginningIn(folder)
  return defined({
    ...readParts(folder, names),
    equivalence: readJson(join(folder, 'equivalence.json'), equivalenceSchema),
    runs: readJournal(join(folder, JOURNAL), journalLineSchema, follows),
    memoryProbe: names.includes(PROBE_JOURNAL)
      ? readJournal(join(folder, PROBE_JOURNAL), probeLineSchema, follows)
      : undefined,
    sequence: names.includes(SEQUENCE)
      ? readJson(join(folder, SEQUENCE), sequenceSchema)
      : undefined,
    hotspots: readOfWorkloads(folder, names, HOTSPOTS, hotspotsSchema),
    blockCounts: readOfWorkloads(folder, names, BLOCK_COUNTS, blockCountsSchema),
    digests: Object.fromEntries(names.map((name) => [name, digestFile(join(folder, name))])),
  })
}

/**
 * The plan and the runs of an evaluation that was interrupted. An incomplete last line is left out.
 *
 * @throws {InvalidEvidenceError} as `readEvidence`
 */
export function readUnfinished(
  root: string,
  id: string,
): Pick<Evidence, 'plan' | 'runs' | 'memoryProbe'> {
  const follows = beginningIn(join(evidenceOf(root), id))
  return {
    plan: readBeginning(root, id).plan,
    runs: readJournal(pathOf(root, id, JOURNAL), journalLineSchema, follows, true),
    memoryProbe: readJournal(pathOf(root, id, PROBE_JOURNAL), probeLineSchema, follows, true),
  }
}

/** A file of each workload, `<workload>/hotspots.json`; undefined where there are none. */
function readOfWorkloads<Schema extends z.ZodType>(
  folder: string,
  names: readonly string[],
  file: string,
  schema: Schema,
): Record<string, z.infer<Schema>> | undefined {
  const found = names.filter((name) => dirname(name) !== '.' && basename(name) === file)
  if (found.length === 0) return undefined
  return Object.fromEntries(
    found.map((name) => [dirname(name), readJson(join(folder, name), schema)]),
  )
}

/** Ids of evidence folders with a plan but without a decision record, ascending. */
export function unfinishedIds(root: string): string[] {
  const decided = new Set(recordIds(root))
  return evidenceFolders(root).filter((id) => !decided.has(id) && hasPlan(root, id))
}

/** Ids of all decision records, by the names of their files, ascending by number. */
export function recordIds(root: string): string[] {
  return sortedIds(
    namesIfThere(decisionsOf(root)).flatMap((name) =>
      name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [],
    ),
  )
}

/** The layer that an id names: `0001-layer1` → `layer1`. */
export function layerOfId(id: string): string {
  return id.slice(id.indexOf('-') + 1)
}

/** Names of the evidence folders, ascending by number. */
export function evidenceFolders(root: string): string[] {
  return sortedIds(namesIfThere(evidenceOf(root)))
}

function hasPlan(root: string, id: string): boolean {
  return readIfThere(pathOf(root, id, PLAN)) !== undefined
}

function readJson<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> {
  const stored = readStored(path, schema, 'was changed or damaged; restore it or evaluate again')
  if (stored === undefined) throw damaged(path, 'is missing')
  return stored
}

function pathOf(root: string, id: string, name: string): string {
  return join(evidenceOf(root), id, name)
}

function sortedIds(names: readonly string[]): string[] {
  return names
    .filter((name) => RECORD_ID.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1))
}

/** Paths of all files below a folder; files that start with a dot are interrupted writes. */
function listFiles(folder: string): string[] {
  return filesBelow(folder)
    .filter((path) => !basename(path).startsWith('.'))
    .sort()
}
