import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { SearchJournal, TrialJournal } from '../../engine/index.js'
import { InputError } from '../../harness/errors.js'
import { makeDirectory, namesIfThere } from '../../harness/system/files.js'
import { acquireLock, type EvidenceLock } from '../../harness/system/lock.js'
import { formatCounted } from '../../harness/text/format.js'
import { RESULT_FILES, RESULTS_FILE } from './result-files.js'
import { differenceOf, type SearchIdentity } from './search-identity.js'
import { continueJournal, readJournal, type StoredJournal, startJournal } from './search-journal.js'

/** The directory of a search that may write to it. */
export interface ResultDirectory {
  readonly journal: SearchJournal
  /** Number of trials that the journal holds. */
  kept(): number
  release(): void
}

/**
 * Takes the directory of a search. One that holds anything else than the results of a search is
 * never written to; a finished search is replaced, an interrupted one only if that is wanted.
 *
 * @param directory  absolute; made if it does not exist
 * @throws {InputError} the directory holds other files, an interrupted search, or another search
 * than the one to resume; another process writes to it; or it cannot be written
 */
export function takeResultDirectory(
  directory: string,
  search: SearchIdentity,
  { resume = false, replace = false }: { readonly resume?: boolean; readonly replace?: boolean },
): ResultDirectory {
  const stored = readJournal(directory)
  if (stored === undefined) refuseOtherFiles(directory)
  else if (resume) checkSame(directory, search, stored)
  else if (!replace) refuseInterrupted(directory, stored)
  makeDirectory(directory)
  const lock = acquireLock(directory, new Date())
  try {
    return taken(directory, search, resume ? stored : undefined, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function taken(
  directory: string,
  search: SearchIdentity,
  stored: StoredJournal | undefined,
  { release }: EvidenceLock,
): ResultDirectory {
  if (stored === undefined) {
    for (const name of RESULT_FILES) rmSync(join(directory, name), { force: true })
    startJournal(directory, search)
  }
  const journal = continueJournal(directory, stored)
  let kept = trialsIn(stored)
  const partOf = (part: number): TrialJournal => {
    const { done, record } = journal.partOf(part)
    return {
      done,
      record(trials) {
        record(trials)
        kept += trials.length
      },
    }
  }
  return { journal: { partOf }, kept: () => kept, release }
}

function refuseOtherFiles(directory: string): void {
  const names = namesIfThere(directory).filter((name) => name !== '.lock')
  if (names.length === 0) return
  const shown = names.slice(0, 3).join(', ')
  throw new InputError(
    `${directory} holds files that are not of a search (${shown}${names.length > 3 ? ', …' : ''}), and is left as it is; name another directory with --out`,
  )
}

function checkSame(directory: string, search: SearchIdentity, stored: StoredJournal): void {
  const difference = differenceOf(search, stored.search)
  if (difference === undefined) return
  throw new InputError(
    `${directory} holds another search, which cannot be resumed: ${difference}; give the same again, or start anew with another --out`,
  )
}

function refuseInterrupted(directory: string, stored: StoredJournal): void {
  const done = trialsIn(stored)
  if (done === 0 || isFinished(directory)) return
  throw new InputError(
    `${directory} holds an interrupted search with ${formatCounted(done, 'trial')}; go on with --resume, start anew with --replace, or name another directory with --out`,
  )
}

function isFinished(directory: string): boolean {
  try {
    const { stopped } = JSON.parse(readFileSync(join(directory, RESULTS_FILE), 'utf8'))
    return stopped === false
  } catch {
    return false
  }
}

function trialsIn(stored: StoredJournal | undefined): number {
  return [...(stored?.done.values() ?? [])].reduce((sum, trials) => sum + trials.length, 0)
}
