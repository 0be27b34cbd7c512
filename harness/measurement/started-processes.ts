import { subscribe } from 'node:diagnostics_channel'
import { join } from 'node:path'
import { listNames, PROC, readText } from '../system/proc.js'

/**
 * The kernel's counters of the processes this one has started, at one moment. `process.cpuUsage`
 * counts every thread of this process, those of workers and native pools included, but does not
 * count other processes: a layer that moves work into processes would seem to have saved it.
 */
export interface StartedProcesses {
  /** Number of started processes not yet waited for, with the processes they started. */
  readonly alive: number
  /**
   * Minor page faults of those that have ended, those of `spawnSync` included: every process has
   * some, even the shortest.
   */
  readonly faultsOfEnded: number
  /** CPU time of all of them so far, ms, in steps of 10. */
  readonly cpuMs: number
}

/** A run that must not count, because its work is not part of the metric. */
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
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + (readStartedProcesses(proc)?.cpuMs ?? 0)
}

/**
 * Detects processes that work during a section, from two readings at its ends; between them it
 * costs nothing. On hosts without these counters Node counts the processes this thread starts,
 * except those of `spawnSync`.
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
     * Whether any process we started lived between two readings, even if started before.
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

/** From /proc/…/stat: faults and CPU of ended children, and the CPU of the process itself. */
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
