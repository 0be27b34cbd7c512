import type { PairDesign, RunSlot } from '../contract.js'
import { defined } from '../evidence/defined.js'
import { type ForkResult, type ForkSettings, forkRun } from './fork-run.js'
import { forkTogether, wasEnded } from './fork-together.js'

/** How the processes of a pair run, and where their results go. */
export interface PairOfForks {
  readonly design: PairDesign
  /** The CPU that processes which run together are bound to; absent if they are not bound. */
  readonly cpu?: number | undefined
  /**
   * Called before the process of a slot begins, or before all that run together, with the first.
   *
   * @returns the start, ISO time
   */
  readonly onStart: (index: number) => string
  /** Called after each run that ended by itself. @returns whether it counts */
  readonly onEnd: (run: EndedSlot) => boolean
}

/** A run that has ended. */
export interface EndedSlot {
  /** Of its slot. */
  readonly index: number
  readonly startedAt: string
  readonly result: ForkResult
}

/**
 * Runs the slots of a pair by its design. A run that does not count ends the pair: those after it
 * are not begun, and those beside it are left out.
 *
 * @throws the reason of the signal, if it was aborted, after all processes have ended
 */
export async function forkPair(
  slots: readonly RunSlot[],
  settings: ForkSettings,
  { design, cpu, onStart, onEnd }: PairOfForks,
): Promise<void> {
  if (design === 'adjacent') {
    for (const [index, slot] of slots.entries()) {
      const startedAt = onStart(index)
      if (!onEnd({ index, startedAt, result: await forkRun(slot, settings) })) return
    }
    return
  }
  const startedAt = onStart(0)
  const results = await forkTogether(slots, settings, defined({ design, cpu }))
  // One may have answered before another failed, and a part of a pair does not count.
  const hasFailed = results.some(({ kind }) => kind === 'failed')
  for (const [index, result] of results.entries())
    if (!wasEnded(result) && (result.kind === 'failed' || !hasFailed))
      onEnd({ index, startedAt, result })
}
