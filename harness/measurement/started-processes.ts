import { subscribe } from 'node:diagnostics_channel'
import { join } from 'node:path'
import { readCpuUsage } from '../system/primordials.js'
import { listNames, PROC, readText } from '../system/proc.js'

/**
 * The kernel's counters, at one moment, of the processes that this process has started. They are
 * needed because `process.cpuUsage` counts every thread of this process, including workers and
 * native pools, but does not count other processes. Without them, a layer that moves work into
 * processes would seem to save that work.
 */
export interface StartedProcesses {
  /**
   * Number of started processes that were not yet waited for, including processes started by them.
   */
  readonly alive: number
  /**
   * Minor page faults of the started processes that have ended, including those of `spawnSync`.
   * Even the shortest process has some.
   */
  readonly faultsOfEnded: number
  /** CPU time of all of them so far, ms, in steps of 10. */
  readonly cpuMs: number
}

/**
 * Thrown for a run that must not count, because a part of its work is not included in the metric.
 */
export class UncountedWork extends Error {
  override readonly name = 'UncountedWork'
}

const TICK_MS = 10

/** Reads the counters; absent if the host does not report them. */
export function readStartedProcesses(proc: string = PROC): StartedProcesses | undefined {
  const self = readStat(proc, 'self')
  if (self === undefined) return undefined
  const alive = listDescendants(proc, 'self')
  const living = alive.map((pid) => readStat(proc, pid))
  return {
    alive: alive.length,
    faultsOfEnded: self.faultsOfEnded,
    cpuMs: living.reduce(
      (sum, stat) => sum + (stat === undefined ? 0 : stat.cpuMs + stat.endedCpuMs),
      self.endedCpuMs,
    ),
  }
}

/** CPU time of this process and those it has started so far, ms. */
export function readTreeCpuMs(proc: string = PROC): number {
  const { user, system } = readCpuUsage()
  return (user + system) / 1000 + (readStartedProcesses(proc)?.cpuMs ?? 0)
}

/**
 * Detects processes that work during a section, from two readings at its ends. Between the
 * readings it costs nothing. On hosts without these counters, it relies on Node, which counts the
 * processes that this thread starts, except those of `spawnSync`.
 */
export function watchProcesses(proc: string = PROC) {
  let spawned = 0
  subscribe('child_process', () => {
    spawned += 1
  })
  const read = () => ({ counters: readStartedProcesses(proc), spawned })
  return {
    read,
    /**
     * Whether any started process was alive between two readings, even if it was started before
     * them.
     */
    sawAny: (from: ReturnType<typeof read>, to: ReturnType<typeof read>): boolean =>
      to.spawned > from.spawned ||
      (to.counters !== undefined &&
        (to.counters.alive > 0 || to.counters.faultsOfEnded > (from.counters?.faultsOfEnded ?? 0))),
  }
}

function listDescendants(proc: string, parent: string): string[] {
  const tasks = join(proc, parent, 'task')
  const children = listNames(tasks).flatMap(
    (task) => readText(join(tasks, task, 'children'))?.match(/\d+/g) ?? [],
  )
  return children.flatMap((pid) => [pid, ...listDescendants(proc, pid)])
}

/**
 * Reads from /proc/…/stat the faults and CPU of ended children, and the CPU of the process itself.
 */
function readStat(proc: string, pid: string) {
  // The second field, the command in parentheses, may contain spaces and parentheses itself.
  const fields = readText(join(proc, pid, 'stat'))
    ?.replace(/^.*\) /s, '')
    .split(' ')
    .map(Number)
  const [faultsOfEnded, user, system, endedUser, endedSystem] = [8, 11, 12, 13, 14].map(
    (index) => fields?.[index],
  )
  if (
    faultsOfEnded === undefined ||
    user === undefined ||
    system === undefined ||
    endedUser === undefined ||
    endedSystem === undefined
  )
    return undefined
  return {
    faultsOfEnded,
    cpuMs: (user + system) * TICK_MS,
    endedCpuMs: (endedUser + endedSystem) * TICK_MS,
  }
}
