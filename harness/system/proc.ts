import { join } from 'node:path'
import { listPlainFolder, readPlainFile } from './primordials.js'

/**
 * Root of Linux's file system about processes. The readers take it as a parameter, because it does
 * not exist on other systems and tests have their own.
 */
export const PROC = '/proc'

/** CPU time of the host since boot over all CPUs, in ticks, and the number of CPUs. */
export interface HostCpuTime {
  readonly busy: number
  readonly steal: number
  readonly total: number
  readonly cpus: number
}

/**
 * Peak resident set of this process (VmHWM), bytes; absent if the host does not report it. Not
 * `ru_maxrss`, which a forked process inherits from its parent.
 */
export function readPeakRssBytes(proc: string = PROC): number | undefined {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readText(join(proc, 'self', 'status')) ?? '')
  return match === null ? undefined : Number(match[1]) * 1024
}

/**
 * Time each thread of this process has spent waiting for a CPU so far, ms, by thread id; absent if
 * the host does not report it.
 */
export function readRunQueueWaits(proc: string = PROC): ReadonlyMap<string, number> | undefined {
  const tasks = join(proc, 'self', 'task')
  const waits = listNames(tasks).flatMap((task) => {
    const times = readThreadTimes(join(tasks, task))
    return times === undefined ? [] : [[task, times.waitedMs] as const]
  })
  return waits.length === 0 ? undefined : new Map(waits)
}

/** One thread of this process. */
export interface ThreadCpu {
  readonly name: string
  /** CPU of the thread so far, ms. */
  readonly cpuMs: number
}

/** The threads of this process by the kernel's numbers; empty if the host does not report them. */
export function readThreads(proc: string = PROC): ReadonlyMap<number, ThreadCpu> {
  const tasks = join(proc, 'self', 'task')
  return new Map(
    listNames(tasks).flatMap((task) => {
      const times = readThreadTimes(join(tasks, task))
      const name = readText(join(tasks, task, 'comm'))?.trim() ?? ''
      return times === undefined ? [] : [[Number(task), { name, cpuMs: times.cpuMs }] as const]
    }),
  )
}

/**
 * Time the main thread of this process has spent waiting for a CPU so far, ms; 0 if the host does
 * not report it.
 */
export function readMainWait(proc: string = PROC): number {
  return readThreadTimes(join(proc, 'self'))?.waitedMs ?? 0
}

/**
 * What a thread has run and what it has waited for a CPU so far, ms.
 *
 * @param thread its folder  @returns undefined if the host does not report it
 */
function readThreadTimes(
  thread: string,
): { readonly cpuMs: number; readonly waitedMs: number } | undefined {
  const [, ran, waited] = /^(\d+) (\d+) /.exec(readText(join(thread, 'schedstat')) ?? '') ?? []
  return ran === undefined
    ? undefined
    : { cpuMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 }
}

/**
 * Waiting between two readings, summed over all threads alive at the second, ms. Subtracting the
 * sums of the readings would be wrong: the second reading lacks the time of threads that have
 * ended, so the difference would be too small or negative.
 */
export function waitBetween(
  from: ReadonlyMap<string, number>,
  to: ReadonlyMap<string, number>,
): number {
  return [...to].reduce(
    (sum, [thread, waitMs]) => sum + Math.max(0, waitMs - (from.get(thread) ?? 0)),
    0,
  )
}

/** CPU time of the host up to now; absent if the host does not report it. */
export function readHostCpuTime(proc: string = PROC): HostCpuTime | undefined {
  const text = readText(join(proc, 'stat')) ?? ''
  const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').map(Number)
  const cpus = text.match(/^cpu\d+ /gm)?.length ?? 0
  // user nice system idle iowait irq softirq steal; guest time is already part of user.
  const [user, nice, system, idle, iowait, irq, softirq, steal] = fields ?? []
  if (
    user === undefined ||
    nice === undefined ||
    system === undefined ||
    idle === undefined ||
    cpus === 0
  )
    return undefined
  const busy = user + nice + system + (irq ?? 0) + (softirq ?? 0)
  return { busy, steal: steal ?? 0, total: busy + idle + (iowait ?? 0) + (steal ?? 0), cpus }
}

/** Text of a file of the kernel; absent if there is none. */
export function readText(path: string): string | undefined {
  try {
    return readPlainFile(path)
  } catch {
    return undefined
  }
}

/** Names in a folder; empty if there is none. */
export function listNames(path: string): string[] {
  try {
    return listPlainFolder(path)
  } catch {
    return []
  }
}
