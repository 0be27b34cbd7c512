import { appendFileSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { OptimizedTrial, SearchJournal } from '../../engine/index.js'
import { InputError } from '../../harness/errors.js'
import { explainFileError, writeWhole } from '../../harness/system/files.js'
import type { SearchIdentity } from './search-identity.js'

/** The file to which every batch of trials is added as it ends. */
export const JOURNAL_FILE = 'journal.jsonl'

const FORMAT = 'assay-search-journal'

/** The first line. */
interface Header {
  readonly format: typeof FORMAT
  readonly version: 1
  readonly search: SearchIdentity
}

/** Every other line: a batch of trials of one part of the search. */
interface BatchLine {
  readonly part: number
  readonly trials: readonly OptimizedTrial[]
}

/** A journal that was read. */
export interface StoredJournal {
  readonly search: SearchIdentity
  /** By the part of the search. */
  readonly done: ReadonlyMap<number, readonly OptimizedTrial[]>
  /** Bytes up to the end of the last whole line. */
  readonly bytes: number
}

/**
 * Reads the journal in a directory. A last line without its end was being written when the search
 * was killed, and does not count.
 *
 * @returns undefined if there is none, or it is not a journal of `assay search`
 * @throws {InputError} a line before the last is damaged
 */
export function readJournal(directory: string): StoredJournal | undefined {
  const path = join(directory, JOURNAL_FILE)
  const text = textIfThere(path)
  if (text === undefined) return undefined
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const [first = '', ...lines] = whole.split('\n').slice(0, -1)
  const header = parsed<Header>(first)
  if (header?.format !== FORMAT) return undefined
  const done = new Map<number, OptimizedTrial[]>()
  for (const [i, line] of lines.entries()) {
    const batch = parsed<BatchLine>(line)
    if (!Array.isArray(batch?.trials))
      throw new InputError(
        `line ${i + 2} of ${path} is damaged; delete it and all after it to go on from there, or start anew with --replace`,
      )
    const trials = done.get(batch.part) ?? []
    trials.push(...batch.trials)
    done.set(batch.part, trials)
  }
  return { search: header.search, done, bytes: Buffer.byteLength(whole) }
}

/** Writes a journal without trials. */
export function startJournal(directory: string, search: SearchIdentity): void {
  const header: Header = { format: FORMAT, version: 1, search }
  writeWhole(join(directory, JOURNAL_FILE), `${JSON.stringify(header)}\n`)
}

/**
 * Goes on with a journal.
 *
 * @param stored  what was read of it; what follows its last whole line is cut off
 */
export function continueJournal(directory: string, stored?: StoredJournal): SearchJournal {
  const path = join(directory, JOURNAL_FILE)
  if (stored !== undefined) truncateSync(path, stored.bytes)
  return {
    partOf: (part) => ({
      done: stored?.done.get(part) ?? [],
      record(trials) {
        const line: BatchLine = { part, trials }
        try {
          appendFileSync(path, `${JSON.stringify(line)}\n`)
        } catch (error) {
          throw explainFileError(error, path)
        }
      },
    }),
  }
}

function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw explainFileError(error, path)
  }
}

function parsed<Line>(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}
