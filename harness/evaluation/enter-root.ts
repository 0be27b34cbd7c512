import { evidenceOf, pendingPublication, prepareRoot } from '../evidence/evidence-store.js'
import { sweepEvidence } from '../evidence/sweep.js'
import type { Io } from '../io.js'
import type { Progress } from '../progress.js'
import { indexFile } from '../record/record-store.js'
import { reportIndexFile } from '../report/report-index-file.js'
import { otherMeasuring, takeHostTurn } from '../system/host-lock.js'
import { acquireLock } from '../system/lock.js'
import { refuseForeign } from '../system/own-file.js'

/** An evidence root in which this process may measure and write. */
export interface EnteredRoot {
  /** Id of a record whose interrupted publication was finished. */
  readonly finished?: string
  leave(): void
}

/**
 * Takes the lock of an evidence root and puts it in order: finishes an interrupted publication and
 * removes what killed processes left. Warns if another process measures on this host.
 *
 * @throws {InputError} the root cannot be used: it cannot be written, another evaluation is at
 * work, or an index there was not written by us
 */
export async function enterRoot(
  root: string,
  { io, progress }: { readonly io: Pick<Io, 'env' | 'now'>; readonly progress: Progress },
): Promise<EnteredRoot> {
  prepareRoot(root)
  const lock = acquireLock(evidenceOf(root), io.now())
  const turn = takeHostTurn(io.env, io.now())
  const leave = () => {
    turn.release()
    lock.release()
  }
  try {
    refuseForeign(indexFile(root))
    refuseForeign(reportIndexFile(root))
    sweepEvidence(root)
    const finished = await finish(root)
    if (finished !== undefined) progress.note(`finished the publication of ${finished}`)
    if (turn.other !== undefined) progress.note(otherMeasuring(turn.other))
    return { leave, ...(finished !== undefined && { finished }) }
  } catch (error) {
    leave()
    throw error
  }
}

async function finish(root: string): Promise<string | undefined> {
  if (pendingPublication(root) === undefined) return undefined
  // Loaded here, so that drawing code is not in memory while anything is measured.
  const { finishPublication } = await import('../report/publication.js')
  return finishPublication(root)
}
