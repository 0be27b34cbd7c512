import type { Arm, PairDesign, RunSlot } from '../contract.js'
import { messageOf } from '../errors.js'
import { bindToCpu } from './affinity.js'
import { passesPerTurn } from './company.js'
import { type EndedRun, type ForkResult, type ForkSettings, startRun } from './fork-run.js'
import { hostLoadBetween } from './host-load.js'
import { turnOrder } from './schedule.js'

/** How several processes run at the same time. */
export interface Together {
  readonly design: Exclude<PairDesign, 'adjacent'>
  /** The CPU that all of them are bound to; absent if they are not bound. */
  readonly cpu?: number
}

type Started = ReturnType<typeof startRun>

/**
 * Runs the slots of a pair in processes that live at the same time. They load their code side by
 * side. When all are ready, they are bound to one CPU and begin in the order of the slots:
 * co-scheduled, all at once; in lock-step, one iteration after the other.
 *
 * If one fails, the others are ended, because a part of a pair does not count.
 *
 * @param slots with equal numbers of iterations, in the order of the pair
 * @returns one result per slot; all failed, or none
 * @throws the reason of the signal, if it was aborted, after all processes have ended
 */
export async function forkTogether(
  slots: readonly RunSlot[],
  settings: ForkSettings,
  together: Together,
): Promise<ForkResult[]> {
  const pair = new RunningPair(slots, settings, together)
  return await pair.results()
}

/** Whether a process was ended because another one of its pair failed. */
export function wasEnded(result: ForkResult): boolean {
  return result.kind === 'failed' && result.isEnded === true
}

/** The failure for which the other processes of a pair were ended; undefined if there is none. */
export function causeOf(results: readonly ForkResult[]): ForkResult | undefined {
  return results.find((result) => result.kind === 'failed' && !wasEnded(result))
}

/** The processes of one pair while they run. */
class RunningPair {
  readonly #runs: Started[] = []
  readonly #together: Together
  readonly #ready = new Set<Started>()
  readonly #timed = new Set<Started>()
  /** The turns of lock-step that are still due. */
  #turns: Started[] = []
  #hasFailed = false

  constructor(slots: readonly RunSlot[], settings: ForkSettings, together: Together) {
    this.#together = together
    for (const slot of slots) {
      const run = startRun({ ...slot, together: together.design }, settings, {
        onReady: (one) => this.#becomeReady(one),
        onPassed: () => this.#nextTurn(),
        onTimed: (one) => this.#becomeTimed(one),
      })
      this.#runs.push(run)
    }
  }

  async results(): Promise<ForkResult[]> {
    const ends = this.#runs.map(async ({ end, slot }) => {
      const ended = await end
      if (ended.result.kind === 'failed') this.#failAll(slot.arm)
      return ended
    })
    // All processes end before an interruption is passed on.
    await Promise.allSettled(ends)
    return resultsOf(await Promise.all(ends))
  }

  #failAll(arm: Arm): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    for (const run of this.#runs) run.abandon(`was ended, because the ${arm} of its pair failed`)
  }

  #becomeReady(run: Started): void {
    this.#ready.add(run)
    if (this.#ready.size === this.#runs.length) void this.#begin()
  }

  async #begin(): Promise<void> {
    const { cpu, design } = this.#together
    if (cpu !== undefined) await Promise.all(this.#runs.map((run) => bind(run, cpu)))
    if (this.#hasFailed) return
    for (const run of this.#runs) run.go()
    if (design === 'co-scheduled') return
    const { slot } = this.#runs[0]!
    const turns = Math.ceil((slot.warmup + slot.iterations) / passesPerTurn(slot))
    this.#turns = Array.from({ length: turns }, (_, turn) => turnOrder(turn, this.#runs)).flat()
    this.#nextTurn()
  }

  #nextTurn(): void {
    this.#turns.shift()?.send('turn')
  }

  /** A process may stop once all others have made their timed iterations. */
  #becomeTimed(run: Started): void {
    this.#timed.add(run)
    const untimed = this.#runs.filter((one) => !this.#timed.has(one))
    const others = this.#runs.filter((one) => one !== run)
    if (untimed.length <= 1)
      for (const one of untimed.length === 1 ? untimed : others) one.send('stop')
  }
}

/** Binds a process to a CPU; if that fails, its run fails. */
async function bind(run: Started, cpu: number): Promise<void> {
  if (run.pid === undefined) return
  try {
    await bindToCpu(run.pid, cpu)
  } catch (error) {
    run.fail(messageOf(error))
  }
}

/** The load of the host is what none of the processes of the pair used. */
function resultsOf(ends: readonly EndedRun[]): ForkResult[] {
  const ownCpuMs = ends.reduce(
    (sum, { result }) =>
      result.kind === 'answered' && result.message.kind === 'measured'
        ? sum + result.message.ownCpuMs
        : sum,
    0,
  )
  const worked = ends.flatMap((end) => end.worked ?? [])
  const [first] = worked
  const last = worked.reduce((a, b) => (b.to.atMs > a.to.atMs ? b : a), worked[0]!)
  return ends.map(({ result }) =>
    result.kind === 'answered' && first !== undefined
      ? { ...result, host: hostLoadBetween(first.from, last.to, ownCpuMs) }
      : result,
  )
}
