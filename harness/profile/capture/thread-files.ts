import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ThreadCpu } from '../../system/proc.js'
import type { RawProfile } from './raw-profile.js'

/** What a worker thread wrote of itself: `thread-N.json`. CPU is absent on hosts without /proc. */
export interface FinishedThread {
  readonly id: number
  readonly profile: RawProfile
  /** The kernel's number of the thread. */
  readonly thread?: number
  /** CPU of the thread when it began to load the profiler, ms. */
  readonly startCpuMs?: number
  /** CPU of the thread when it was about to run its own code, ms. */
  readonly begunCpuMs?: number
  /** CPU of the thread at its end, ms, before it wrote its profile. */
  readonly cpuMs?: number
  /** CPU that writing the profile took, ms. */
  readonly finishMs: number
  /** CPU of the threads that take samples, ms, at that time. */
  readonly profilers: Readonly<Record<string, number>>
}

/** The threads that have written their profile, those with the most CPU first. */
export function finishedThreads(directory: string): FinishedThread[] {
  const read = (name: string) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as object
  return numbersOf(directory, /^thread-(\d+)\.json$/)
    .map((id) => ({
      ...(read(`thread-${id}.json`) as Omit<FinishedThread, 'id' | 'profile'>),
      id,
      profile: read(`thread-${id}.cpuprofile`) as RawProfile,
    }))
    .sort((a, b) => (b.cpuMs ?? 0) - (a.cpuMs ?? 0) || a.id - b.id)
}

/** Whether a thread has written its profile. */
export function isFinished(directory: string, id: number): boolean {
  return existsSync(join(directory, `thread-${id}.json`))
}

/** The ids of the threads that have begun to profile themselves. */
export function startedThreads(directory: string): number[] {
  return numbersOf(directory, /^thread-(\d+)\.started$/)
}

/** The ids of those that are not among the threads of the process. */
export function endedThreads(directory: string, threads: ReadonlyMap<number, ThreadCpu>): number[] {
  if (threads.size === 0) return []
  return startedThreads(directory).filter((id) => {
    const thread = Number(readFileSync(join(directory, `thread-${id}.started`), 'utf8'))
    return !threads.has(thread)
  })
}

function numbersOf(directory: string, pattern: RegExp): number[] {
  return readdirSync(directory)
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
}
