import type { RunSlot } from '../contract.js'
import { waitBetween } from '../system/proc.js'
import type { Measurement } from './child-message.js'
import { cpuMsBetween } from './cpu-clock.js'
import type { TimedSection } from './timed-section.js'

/** What was measured of each iteration, warm-up included, in the order they ran, ms. */
export interface Passes {
  readonly wallMs: readonly number[]
  readonly cpuMs: readonly number[]
  /** Waiting of the main thread for a CPU; only measured in lock-step. */
  readonly waitedMs: readonly number[]
}

/** Means over the timed iterations, and the wall time of each iteration. */
export function timesOf(slot: RunSlot, section: TimedSection, passes: Passes) {
  const { warmup, iterations } = slot
  const samplesMs = passes.wallMs.slice(warmup)
  const { cpuMs, wallMs } =
    slot.together === 'lock-step'
      ? lockStepTimes(passes, warmup)
      : sectionTimes(section, slot.together === 'co-scheduled')
  return {
    cpuMs: cpuMs / iterations,
    wallMs: wallMs / iterations,
    coldWallMs: passes.wallMs[0]!,
    samplesMs,
    warmup,
    warmupMs: sum(passes.wallMs.slice(0, warmup)),
    iterations,
  }
}

/** The sums of the timed iterations, without the messages and the turns of others between them. */
function lockStepTimes({ cpuMs, wallMs, waitedMs }: Passes, warmup: number) {
  const [cpu, wall, waited] = [cpuMs, wallMs, waitedMs].map((all) => sum(all.slice(warmup)))
  return { cpuMs: cpu!, wallMs: withoutWait(wall!, waited!, cpu!) }
}

/** The whole timed section; co-scheduled, its wall time without the waiting of the main thread. */
function sectionTimes({ start, end }: TimedSection, isShared: boolean) {
  const waitedMs = isShared ? end.mainWaitMs - start.mainWaitMs : 0
  const cpuMs = cpuMsBetween(start.cpu, end.cpu)
  return { cpuMs, wallMs: withoutWait(end.atMs - start.atMs, waitedMs, cpuMs) }
}

/**
 * Time without the waiting for a CPU. The kernel's account of waiting and the clock are two clocks:
 * in a short section of a busy host, the account may hold more than the section lasted. But no
 * section takes less time than it computed, or more than it lasted.
 */
function withoutWait(elapsedMs: number, waitedMs: number, cpuMs: number): number {
  return waitedMs === 0 ? elapsedMs : Math.min(elapsedMs, Math.max(elapsedMs - waitedMs, cpuMs))
}

/**
 * Share of the section that the threads of the process waited for a CPU; empty if the host does
 * not report it.
 */
export function waitShareOf({ start, end }: TimedSection): Pick<Measurement, 'waitShare'> {
  if (start.waits === undefined || end.waits === undefined) return {}
  return { waitShare: waitBetween(start.waits, end.waits) / (end.atMs - start.atMs) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
