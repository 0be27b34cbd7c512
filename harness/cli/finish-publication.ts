import { AssayError } from '../errors.js'
import type { Io } from '../io.js'

/**
 * Finishes the publication of a record that was cut off, so that every command sees the whole
 * record. If that is not possible now, it warns and the command goes on.
 */
export async function finishInterrupted(root: string, io: Io): Promise<void> {
  const { evidenceOf, pendingPublication } = await import('../evidence/evidence-store.js')
  if (pendingPublication(root) === undefined) return
  try {
    const { acquireLock } = await import('../system/lock.js')
    const lock = acquireLock(evidenceOf(root), io.now())
    try {
      const { finishPublication } = await import('../report/publication.js')
      const id = finishPublication(root)
      if (id !== undefined) io.stderr(`finished the publication of ${id}, which was interrupted\n`)
    } finally {
      lock.release()
    }
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    io.stderr(`warning: a publication was interrupted and cannot be finished: ${error.message}\n`)
  }
}
