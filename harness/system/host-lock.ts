import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './at-exit.js'
import { releaseLock, takeLock } from './lock-file.mjs'

/** Whether this process measures alone on its host. */
export interface HostTurn {
  /** The other process that measures; absent if there is none. */
  readonly other?: string
  release(): void
}

/**
 * Marks that this process measures, so that measurements in different folders notice each other.
 * They are allowed, because only the user can know which one matters; so nothing here fails.
 *
 * @param env its `TMPDIR` is where the mark is made; default: the temporary folder of the host
 */
export function takeHostTurn(
  env: Readonly<Record<string, string | undefined>>,
  now: Date,
): HostTurn {
  const path = join(env.TMPDIR || tmpdir(), 'assay-measuring.lock')
  try {
    const other = takeLock(path, now)
    if (other !== undefined) return { other, release: () => {} }
  } catch {
    // The folder cannot be written, or the mark belongs to another user.
    return { release: () => {} }
  }
  const withdraw = atExit(() => releaseLock(path))
  return {
    release: () => {
      withdraw()
      releaseLock(path)
    },
  }
}

/** The warning about another process that measures. */
export function otherMeasuring(other: string): string {
  return `warning: another measurement is running on this host (${other}): both disturb each other's times; wait for it, or repeat this one afterwards`
}
