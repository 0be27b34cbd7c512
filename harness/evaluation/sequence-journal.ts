import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { InputError } from '../errors.js'
import { environmentSchema } from '../evidence/evidence.js'
import { evidenceOf } from '../evidence/evidence-store.js'
import { readStored, writeJson } from '../system/files.js'
import { hostDifferences } from './resume.js'

/**
 * `profiling-results/.sequence.json`: the progress of a sequence, so that an interrupted sequence
 * can be continued. The file is replaced as a whole after every layer and removed after the last.
 * It does not belong to the evidence of a record.
 */
const journalSchema = z.strictObject({
  schema: z.literal('assay/sequence-journal@1'),
  /** The command without `--resume`, with every option that affects results. */
  command: z.string(),
  suite: z.string(),
  packageVersion: z.string(),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  dist: z.string(),
  environment: environmentSchema,
  /** Ids of the layers of the suite. */
  layers: z.array(z.string()),
  /** The evaluated layers, in order. */
  done: z.array(z.strictObject({ layer: z.string(), record: z.string() })),
  /** The layer in evaluation, once its record has a number. */
  current: z.strictObject({ layer: z.string(), record: z.string() }).optional(),
})
export type SequenceJournal = Readonly<z.infer<typeof journalSchema>>

/** Fields that must be equal for a sequence to be continued, with their names for the user. */
const BOUND: readonly (readonly [keyof SequenceJournal, string])[] = [
  ['command', 'command'],
  ['suite', 'suite'],
  ['packageVersion', 'package version'],
  ['dist', 'compiled code (dist hash)'],
  ['layers', 'layers of the suite'],
]

/**
 * The journal of an interrupted sequence; undefined if there is none.
 *
 * @throws {InvalidEvidenceError} it was changed or damaged
 */
export function readJournal(root: string): SequenceJournal | undefined {
  const path = pathOf(root)
  return readStored(
    path,
    journalSchema,
    'was changed or damaged; delete it, and leave out --resume to begin again',
  )
}

/** Replaces the journal of the sequence in progress. */
export function writeJournal(root: string, journal: SequenceJournal): void {
  writeJson(pathOf(root), journal)
}

/** Removes the journal, if there is one. */
export function removeJournal(root: string): void {
  rmSync(pathOf(root), { force: true })
}

/**
 * The journal of the interrupted sequence, which will be continued.
 *
 * @param intended the journal a new sequence would begin with
 * @throws {InputError} there is no journal, or its command, suite or host differs; the message
 * names the differences
 */
export function resumeJournal(root: string, intended: SequenceJournal): SequenceJournal {
  const journal = readJournal(root)
  if (journal === undefined)
    throw new InputError(
      `nothing to resume: no interrupted sequence in ${root}; leave out --resume`,
    )
  const differences = [
    ...BOUND.flatMap(([key, name]) =>
      isDeepStrictEqual(journal[key], intended[key]) ? [] : [name],
    ),
    ...(journal.git?.commit === intended.git?.commit ? [] : ['commit']),
    ...hostDifferences(journal.environment, intended.environment),
  ]
  if (differences.length === 0) return journal
  throw new InputError(
    `cannot resume the sequence: it was begun with a different ${differences.join(', ')}; repeat its command: ${journal.command} --resume --out ${root}`,
  )
}

function pathOf(root: string): string {
  return join(evidenceOf(root), '.sequence.json')
}
