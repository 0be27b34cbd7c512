import { subscribe } from 'node:diagnostics_channel'
import { join } from 'node:path'
import { listNames, PROC, readText } from '../system/proc.js'

/**
 * What the kernel tells at one moment about the processes this one has started. `process.cpuUsage`
 * counts every thread, those of workers and of native pools included, and no other process: a layer
 * that moves its work into processes would look as if it had saved it.
 */
export interface StartedProcesses {
  /** Those not yet waited for, the processes they started included. */
  readonly alive: number
  /**
   * Minor page faults of those that have ended: none comes into being without some, however short
   * its life, `spawnSync` included.
   */
  readonly faultsOfEnded: number
  /** CPU all of them have used so far, ms, in steps of 10. */
  readonly cpuMs: number
}

/** A run that must not count because the metric cannot see what it did. */
export class UncountedWork extends Error {
  override readonly name = 'UncountedWork'
}

const TICK_MS = 10

/** Absent where the host does not tell. */
export function readStartedProcesses(proc: string = PROC): StartedProcesses | undefined {
  const own = readStat(proc, 'self')
  if (own === undefined) return undefined
  const alive = listDescendants(proc, 'self')
  const living = alive.map((pid) => readStat(proc, pid))
  return {
    alive: alive.length,
    faultsOfEnded: own.faultsOfEnded,
    cpuMs: living.reduce(
      (sum, stat) => sum + (stat === undefined ? 0 : stat.cpuMs + stat.endedCpuMs),
      own.endedCpuMs,
    ),
  }
}

/** CPU this process and those it has started have used so far, ms. */
export function readTreeCpuMs(proc: string = PROC): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + (readStartedProcesses(proc)?.cpuMs ?? 0)
}

/**
 * Watches for processes at work, from now on. Costs nothing in between: the kernel is asked at both
 * ends of a section. Where it does not tell, Node does, of those started by this thread, though not
 * of `spawnSync`.
 */
export function watchProcesses(proc: string = PROC) {
  let spawned = 0
  subscribe('child_process', () => {
    spawned += 1
  })
  const read = () => ({ told: readStartedProcesses(proc), spawned })
  return {
    read,
    /**
     * Whether any process of ours lived between two readings, one that was there before included.
     */
    sawAny: (from: ReturnType<typeof read>, to: ReturnType<typeof read>): boolean =>
      to.spawned > from.spawned ||
      (to.told !== undefined &&
        (to.told.alive > 0 || to.told.faultsOfEnded > (from.told?.faultsOfEnded ?? 0))),
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
  // The second field, the command in parentheses, may itself hold spaces and parentheses.
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
