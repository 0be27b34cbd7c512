import type { RunSlot } from '../contract.js'
import { soon } from '../system/primordials.js'
import type { ChildMessage, ParentMessage } from './child-message.js'

/**
 * What a measured process arranges with the other processes of its pair. The methods are called
 * outside of the time of an iteration.
 */
export interface Company {
  /** Called before an iteration; in lock-step, it waits for the turn of this process. */
  beforePass(): Promise<void>
  /** Called after an iteration; in lock-step, the last of a turn hands over to the next process. */
  afterPass(): Promise<void>
  /**
   * Called after the timed iterations. It returns once every process of the pair has made its
   * own. Until then a co-scheduled process goes on working, because the others would otherwise
   * have the CPU to themselves.
   *
   * @param work makes one more iteration, which does not count
   */
  untilAllTimed(work: () => Promise<unknown>): Promise<void>
}

const MOST_TURNS = 20

/**
 * Iterations that a process in lock-step makes in one turn. A run has many only if they are short,
 * and handing over after each would then take longer than they do.
 */
export function passesPerTurn({
  warmup,
  iterations,
}: Pick<RunSlot, 'warmup' | 'iterations'>): number {
  return Math.ceil((warmup + iterations) / MOST_TURNS)
}

/** A process that runs alone. */
export const ALONE: Company = Object.freeze({
  beforePass: async () => {},
  afterPass: async () => {},
  untilAllTimed: async () => {},
})

/**
 * The company of a slot; it listens to the parent process from now on.
 *
 * @param send sends a message to the parent process
 */
export function keepCompany(
  { together, ...length }: Pick<RunSlot, 'together' | 'warmup' | 'iterations'>,
  send: (message: ChildMessage) => Promise<void>,
): Company {
  if (together === undefined) return ALONE
  const { turn, stopped, isStopped } = listen()
  const inLockStep = together === 'lock-step'
  const ofTurn = passesPerTurn(length)
  const all = length.warmup + length.iterations
  let passes = 0
  return {
    beforePass: async () => {
      if (inLockStep && passes % ofTurn === 0) await turn()
    },
    afterPass: async () => {
      passes += 1
      if (inLockStep && (passes % ofTurn === 0 || passes === all)) await send({ kind: 'passed' })
    },
    untilAllTimed: async (work) => {
      await send({ kind: 'timed' })
      if (inLockStep) return await stopped
      // A turn of the event loop, in which the message of the parent can arrive.
      await nextTurn()
      while (!isStopped()) {
        await work()
        await nextTurn()
      }
    },
  }
}

/** Receives turns, which may arrive before they are awaited, and the stop. */
function listen() {
  let turns = 0
  let awaited: (() => void) | undefined
  let hasStopped = false
  let stop = () => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  process.on('message', ({ kind }: ParentMessage) => {
    if (kind === 'turn') turns += 1
    if (kind === 'stop') {
      hasStopped = true
      stop()
    }
    if (turns > 0 && awaited !== undefined) {
      turns -= 1
      awaited()
      awaited = undefined
    }
  })
  const turn = () =>
    new Promise<void>((resolve) => {
      if (turns > 0) {
        turns -= 1
        resolve()
      } else awaited = resolve
    })
  return { turn, stopped, isStopped: () => hasStopped }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => soon(resolve))
}
