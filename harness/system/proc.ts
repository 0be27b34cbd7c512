import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where Linux tells about processes. Readers take it as a parameter: on other systems, and in
 * tests, nothing is there.
 */
export const PROC = '/proc'

/** Busy, stolen and total CPU time of the host since boot, in ticks, and over how many CPUs. */
export interface HostCpuTime {
  readonly busy: number
  readonly steal: number
  readonly total: number
  readonly cpus: number
}

/**
 * Peak resident set of this process (VmHWM), bytes; absent where the host does not tell. Not
 * `ru_maxrss`: a forked process inherits its parent's peak there.
 */
export function readPeakRssBytes(proc: string = PROC): number | undefined {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readText(join(proc, 'self', 'status')) ?? '')
  return match === null ? undefined : Number(match[1]) * 1024
}

/**
 * Time each thread of this process has spent waiting for a CPU so far, ms, by thread id; absent
 * where the host does not tell.
 */
export function readRunQueueWaits(proc: string = PROC): ReadonlyMap<string, number> | undefined {
  const tasks = join(proc, 'self', 'task')
  const waits = listNames(tasks).flatMap((task) => {
    const wait = /^\d+ (\d+) /.exec(readText(join(tasks, task, 'schedstat')) ?? '')?.[1]
    return wait === undefined ? [] : [[task, Number(wait) / 1e6] as const]
  })
  return waits.length === 0 ? undefined : new Map(waits)
}

/**
 * Waiting between two readings, summed over all threads alive at the second, ms. A thread that has
 * ended takes its account with it: summing first and subtracting then would make the waiting of the
 * others vanish too, or turn negative.
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

/** The host's CPU accounts of this moment; absent where the host does not tell. */
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

/**
 * Start of a process in ticks since boot: with its pid it names one process for good. Absent where
 * the host does not tell.
 */
export function readProcessStart(pid: number, proc: string = PROC): string | undefined {
  // The second field, the command in parentheses, may itself hold spaces and parentheses.
  return readText(join(proc, String(pid), 'stat'))
    ?.replace(/^.*\) /s, '')
    .split(' ')[19]
}

/** The text of a file the kernel makes up; absent where there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

export function listNames(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
