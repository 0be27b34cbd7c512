import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { InputError } from '../errors.js'
import { environmentSchema } from '../evidence/evidence.js'
import { evidenceOf } from '../evidence/store.js'
import { readStored, writeWhole } from '../system/files.js'
import { hostDifferences } from './resume.js'

/**
 * `profiling-results/.sequence.json`: how far a sequence has come, so that an interrupted one goes
 * on where it was. It is replaced as a whole after every layer and removed with the last; no record
 * rests on it.
 */
const journalSchema = z.strictObject({
  schema: z.literal('assay/sequence-journal@1'),
  /** The command, without `--resume`: every option that decides about a result. */
  command: z.string(),
  suite: z.string(),
  packageVersion: z.string(),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  dist: z.string(),
  environment: environmentSchema,
  /** Ids of the layers of the suite. */
  layers: z.array(z.string()),
  /** What was evaluated, in order. */
  done: z.array(z.strictObject({ layer: z.string(), record: z.string() })),
  /** What is being evaluated, once it has a number. */
  current: z.strictObject({ layer: z.string(), record: z.string() }).optional(),
})
export type SequenceJournal = Readonly<z.infer<typeof journalSchema>>

/** What must be as it was for further layers to join those that are done, in words a user knows. */
const BOUND: readonly (readonly [keyof SequenceJournal, string])[] = [
  ['command', 'command'],
  ['suite', 'suite'],
  ['packageVersion', 'package version'],
  ['dist', 'compiled code (dist hash)'],
  ['layers', 'layers of the suite'],
]

/**
 * The journal of a sequence that was interrupted; undefined where there is none.
 *
 * @throws {InvalidEvidenceError} it is not what was written
 */
export function readJournal(root: string): SequenceJournal | undefined {
  const path = pathOf(root)
  return readStored(
    path,
    journalSchema,
    'is not what was written; delete it, and leave out --resume to begin again',
  )
}

export function writeJournal(root: string, journal: SequenceJournal): void {
  writeWhole(pathOf(root), `${JSON.stringify(journal, null, 2)}\n`)
}

export function removeJournal(root: string): void {
  rmSync(pathOf(root), { force: true })
}

/**
 * The journal of the interrupted sequence, fit to be continued.
 *
 * @param intended what would be begun now
 * @throws {InputError} there is none, or it was begun differently; names what differs
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
