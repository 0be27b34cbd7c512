import { join } from 'node:path'
import { InputError } from '../errors.js'
import { atExit } from './at-exit.js'
import { explainFileError } from './files.js'
import { isLocked, releaseLock, takeLock } from './lock-file.mjs'

/** The lock file in an evidence directory. */
const LOCK = '.lock'

export interface EvidenceLock {
  release(): void
}

/**
 * Takes the lock of an evidence directory, so that two evaluations neither disturb each other's
 * times nor use the same number.
 *
 * @param directory `profiling-results/`; must exist
 * @throws {InputError} another evaluation runs there
 */
export function acquireLock(directory: string, now: Date): EvidenceLock {
  const path = join(directory, LOCK)
  let holder: string | undefined
  try {
    holder = takeLock(path, now)
  } catch (error) {
    throw explainFileError(error, path)
  }
  if (holder !== undefined)
    throw new InputError(
      `another evaluation is running in this directory (${holder}); wait for it, use another --out, or delete ${path} if it has ended`,
    )
  const withdraw = atExit(() => releaseLock(path))
  return {
    release: () => {
      withdraw()
      try {
        releaseLock(path)
      } catch {
        // An error here must not hide the one that ends the command; a lock without its process is
        // free.
      }
    },
  }
}

/** Whether an evaluation is at work in an evidence directory. */
export function isAtWork(directory: string): boolean {
  return isLocked(join(directory, LOCK))
}
