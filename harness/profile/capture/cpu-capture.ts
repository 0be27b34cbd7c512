import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { setEnvironmentData } from 'node:worker_threads'
import { readThreads, type ThreadCpu } from '../../system/proc.js'
import type { CaptureFiles, ProfilerCapture, RunningCapture, ThreadTime } from './capture.js'
import { type Post, postTo } from './inspector-post.js'
import { type RawProfile, samplesFrom } from './raw-profile.js'
import {
  endedThreads,
  type FinishedThread,
  finishedThreads,
  isFinished,
  startedThreads,
} from './thread-files.js'
import { watchWorkers } from './worker-sessions.js'

/** The name of the threads in which V8 takes samples. */
const PROFILER_THREAD = 'v8:ProfEvntProc'
const POLL_MS = 1
/** Makes a worker write its profile. */
const FINISH = "globalThis[Symbol.for('assay.finishThread')]()"

/** The threads of this process, by the kernel's numbers. */
type Threads = ReadonlyMap<number, ThreadCpu>

/** The state of the process when the warm-up ended. */
interface Beginning {
  /** By the clock of V8's profiler. */
  readonly micros: number
  readonly threads: Threads
  /** The ids of workers that had ended. */
  readonly ended: ReadonlySet<number>
}

/**
 * Profiles the CPU of this thread and of its worker threads, and measures the CPU of each.
 *
 * The profiler runs during the warm-up, because it attributes code that was compiled before it
 * started to the wrong functions: a split of 60 : 30 : 10 read as 90 % in the caller of all three.
 * The samples of the warm-up are cut off later. Workers profile themselves, by
 * `thread-profiler.cts`; one that is terminated is made to write its profile before.
 *
 * @source Chrome DevTools Protocol, domain Profiler; the NodeWorker domain of Node
 */
export async function startCpuCapture({
  directory,
  intervalMicros,
}: ProfilerCapture): Promise<RunningCapture> {
  const session = new Session()
  session.connect()
  const main = postTo(session)
  const workers = watchWorkers(session, main, {
    onAttach: async () => {},
    ask: (post, id) => finishThread(post, directory, id),
  })
  setEnvironmentData('assay.threads', { directory, intervalMicros })
  await main('NodeWorker.enable', { waitForDebuggerOnStart: false })
  await main('Profiler.enable', {})
  await main('Profiler.setSamplingInterval', { interval: intervalMicros })
  await main('Profiler.start', {})
  let beginning: Beginning = { micros: 0, threads: new Map(), ended: new Set() }
  return {
    async begin() {
      const threads = readThreads()
      const ended = new Set([...workers.lost, ...endedThreads(directory, threads)])
      beginning = { micros: Number(process.hrtime.bigint() / 1000n), threads, ended }
    },
    async stop() {
      const threads = readThreads()
      const { profile } = (await main('Profiler.stop', {})) as unknown as ProfilerAnswer
      const running = workers.running()
      await workers.collect()
      workers.release()
      await main('NodeWorker.disable', {})
      session.disconnect()
      setEnvironmentData('assay.threads', undefined)
      const seen = [...workers.lost, ...running, ...startedThreads(directory)]
      const found = finishedThreads(directory).filter(({ id }) => !beginning.ended.has(id))
      const section = { beginning, threads, running, found }
      return {
        ...writeThreads(directory, profile, section),
        lostThreads: lostOf(seen, section).size,
      }
    },
  }
}

/**
 * Makes a worker write its profile, and waits until it has. A worker that is about to end by itself
 * writes it without being asked, and does not answer.
 *
 * @returns undefined for a worker that does not profile itself, because of its options
 */
async function finishThread(post: Post, directory: string, id: number): Promise<true | undefined> {
  if (!startedThreads(directory).includes(id)) return undefined
  post('Runtime.evaluate', { expression: FINISH }).catch(() => {})
  while (!isFinished(directory, id)) await setTimeout(POLL_MS)
  return true
}

interface ProfilerAnswer {
  readonly profile: RawProfile
}

/** What is known of the threads when the section has ended. */
interface Section {
  readonly beginning: Beginning
  readonly threads: Threads
  /** The ids of workers that ran; they wrote their profiles later. */
  readonly running: readonly number[]
  readonly found: readonly FinishedThread[]
}

/**
 * Writes the profile of each thread without the samples of the warm-up. Workers that ended during
 * the warm-up have none.
 */
function writeThreads(
  directory: string,
  own: RawProfile,
  section: Section,
): Pick<CaptureFiles, 'files' | 'cpu'> {
  const { beginning, found } = section
  const profiles = [own, ...found.map(({ profile }) => profile)].map((profile) =>
    samplesFrom(profile, beginning.micros),
  )
  const kept = [...profiles.keys()].filter(
    (index) => index === 0 || profiles[index]!.samples.length > 0,
  )
  const files = kept.map((index, thread) => {
    const name = `${thread === 0 ? 'main' : `worker-${thread}`}.cpuprofile`
    writeFileSync(join(directory, name), JSON.stringify(profiles[index]))
    return name
  })
  const times = timesOf(section)
  if (times === undefined) return { files }
  const cpu = { threads: kept.map((index) => times[index]!), profilerMs: profilerMs(section) }
  return { files, cpu }
}

/** The threads that were seen after the warm-up and left no profile. */
function lostOf(seen: readonly number[], { found, beginning }: Section): ReadonlySet<number> {
  const written = new Set(found.map(({ id }) => id))
  return new Set(seen.filter((id) => !written.has(id) && !beginning.ended.has(id)))
}

/**
 * The CPU of this thread and of those that have written a profile, after the warm-up; undefined if
 * the host does not report it.
 */
function timesOf({ beginning, threads, found }: Section): ThreadTime[] | undefined {
  const begun = beginning.threads
  const own = threads.get(process.pid)
  if (own === undefined) return undefined
  return [
    { sampledMs: own.cpuMs - (begun.get(process.pid)?.cpuMs ?? 0), startMs: 0 },
    ...found.map(({ thread, startCpuMs = 0, begunCpuMs = 0, cpuMs = 0 }) => {
      const before = begun.get(thread ?? -1)
      return before === undefined
        ? { sampledMs: cpuMs - begunCpuMs, startMs: startCpuMs }
        : { sampledMs: Math.max(0, cpuMs - before.cpuMs), startMs: 0 }
    }),
  ]
}

/**
 * CPU of the profiler after the warm-up, ms: of the threads that take samples, as far as they were
 * seen, and of loading the profiler and writing profiles in workers.
 */
function profilerMs({ beginning, threads, running, found }: Section): number {
  const begun = beginning.threads
  const within = found.filter(({ id }) => !running.includes(id))
  const loading = found
    .filter(({ thread }) => !begun.has(thread ?? -1))
    .map(({ startCpuMs = 0, begunCpuMs = 0 }) => begunCpuMs - startCpuMs)
  const writing = within.map(({ finishMs }) => finishMs)
  const sampling = [...samplersOf(threads, within)].map(([thread, cpuMs]) =>
    Math.max(0, cpuMs - (begun.get(thread)?.cpuMs ?? 0)),
  )
  return [...loading, ...writing, ...sampling].reduce((sum, ms) => sum + ms, 0)
}

/** CPU of the threads that take samples when each was last seen, ms. */
function samplersOf(ended: Threads, found: readonly FinishedThread[]): Map<number, number> {
  const seen = [
    ...[...ended].flatMap(([thread, { name, cpuMs }]) =>
      name === PROFILER_THREAD ? [[thread, cpuMs] as const] : [],
    ),
    ...found.flatMap(({ profilers }) =>
      Object.entries(profilers).map(([thread, cpuMs]) => [Number(thread), cpuMs] as const),
    ),
  ]
  const last = new Map<number, number>()
  for (const [thread, cpuMs] of seen) last.set(thread, Math.max(cpuMs, last.get(thread) ?? 0))
  return last
}
