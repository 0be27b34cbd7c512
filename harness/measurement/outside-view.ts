import { join } from 'node:path'
import type { TamperSign } from '../evidence/tamper-classes.js'
import { listNames, PROC, readText } from '../system/proc.js'

/** A measured process as the kernel shows it to its parent. */
export interface OutsideView {
  /** CPU time of the process so far, all threads, ms, in steps of 10. */
  readonly cpuMs: number
  /** Nice values and scheduling policies of its threads, each once: `19 0`. */
  readonly priorities: readonly string[]
  /** The CPUs its threads may run on, each once: `0-3`. */
  readonly allowedCpus: readonly string[]
}

const TICK_MS = 10
/** Positions in `stat` behind the name of the command. */
const [USER, SYSTEM, NICE, POLICY] = [11, 12, 16, 38] as const

/** Reads a process; undefined if it has ended, or the host does not report it. */
export function readFromOutside(pid: number, proc: string = PROC): OutsideView | undefined {
  const folder = join(proc, String(pid))
  const own = statOf(folder)
  if (own === undefined) return undefined
  const threads = listNames(join(folder, 'task')).map((id) => join(folder, 'task', id))
  const stats = threads.map(statOf).filter((stat) => stat !== undefined)
  return {
    cpuMs: (Number(own[USER]) + Number(own[SYSTEM])) * TICK_MS,
    priorities: once(stats.map((stat) => `${stat[NICE]} ${stat[POLICY]}`)),
    allowedCpus: once(
      threads.flatMap(
        (thread) => /^Cpus_allowed_list:\s*(\S+)$/m.exec(statusOf(thread))?.[1] ?? [],
      ),
    ),
  }
}

function statOf(folder: string): readonly string[] | undefined {
  const text = readText(join(folder, 'stat'))
  // The command in parentheses may contain spaces and parentheses itself.
  return text?.replace(/^.*\) /s, '').split(' ')
}

function statusOf(folder: string): string {
  return readText(join(folder, 'status')) ?? ''
}

function once(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}

/**
 * The most that CPU times from outside and inside may differ: ticks of both kinds at both ends,
 * messages and the end of the process.
 */
const CPU_TOLERANCE_MS = 60
const CPU_TOLERANCE_SHARE = 0.05

/**
 * What the views of a process at GO and at its answer show.
 *
 * @param insideCpuMs CPU that the process itself reports between them, ms
 */
export function outsideSigns(
  from: OutsideView | undefined,
  to: OutsideView | undefined,
  insideCpuMs: number,
): TamperSign[] {
  if (from === undefined || to === undefined) return []
  const signs: TamperSign[] = []
  if (to.priorities.join() !== from.priorities.join())
    signs.push({ class: 'changed-priority', what: `nice and policy ${to.priorities.join(', ')}` })
  if (to.allowedCpus.join() !== from.allowedCpus.join())
    signs.push({ class: 'changed-priority', what: `bound to CPUs ${to.allowedCpus.join(' and ')}` })
  const outsideCpuMs = to.cpuMs - from.cpuMs
  const tolerance = CPU_TOLERANCE_MS + CPU_TOLERANCE_SHARE * outsideCpuMs
  if (Math.abs(outsideCpuMs - insideCpuMs) > tolerance)
    signs.push({
      class: 'false-clock',
      what: `${Math.round(insideCpuMs)} ms reported, ${outsideCpuMs} ms counted by the kernel`,
    })
  return signs
}
