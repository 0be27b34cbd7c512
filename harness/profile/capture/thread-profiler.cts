import fs = require('node:fs')
import path = require('node:path')
import threads = require('node:worker_threads')

/**
 * Profiles the worker thread that loads this module first, by `--require`, which worker threads
 * inherit: from before its own code until it ends or the main thread collects the profile. It
 * starts the profiler from inside the thread and without waiting, because a main thread may block
 * until a worker answers.
 *
 * It writes two files: `thread-N.cpuprofile`, the profile of V8, and then `thread-N.json`.
 * CommonJS, because in Node 20 `--import` does not reach every worker.
 *
 * Environment data, unlike the environment, reach every worker whatever its options are.
 */

/** What the main thread sets as environment data, by the name `assay.threads`. */
interface ThreadSetting {
  readonly directory: string
  readonly intervalMicros: number
}

const setting = threads.isMainThread
  ? undefined
  : (threads.getEnvironmentData('assay.threads') as ThreadSetting | undefined)
if (setting !== undefined) profileThread(setting)

function profileThread({ directory, intervalMicros }: ThreadSetting): void {
  const startCpuMs = ownCpuMs()
  const { Session } = require('node:inspector') as typeof import('node:inspector')
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: intervalMicros })
  session.post('Profiler.start')
  const name = path.join(directory, `thread-${threads.threadId}`)
  const begunCpuMs = ownCpuMs()
  fs.writeFileSync(`${name}.started`, String(ownThread() ?? ''))
  let isFinished = false
  const finish = (): void => {
    if (isFinished) return
    isFinished = true
    const cpuMs = ownCpuMs()
    const profilers = profilerThreads()
    session.post('Profiler.stop', (error, result) => {
      if (error !== null) return
      fs.writeFileSync(`${name}.cpuprofile`, JSON.stringify(result.profile))
      const finishMs = between(cpuMs, ownCpuMs())
      const facts = { thread: ownThread(), startCpuMs, begunCpuMs, cpuMs, finishMs, profilers }
      // The file is there as a whole or not at all: the thread may be terminated now.
      fs.writeFileSync(`${name}.unfinished`, JSON.stringify(facts))
      fs.renameSync(`${name}.unfinished`, `${name}.json`)
    })
  }
  Object.assign(globalThis, { [Symbol.for('assay.finishThread')]: finish })
  process.on('exit', finish)
}

function between(from: number | undefined, to: number | undefined): number {
  return from === undefined || to === undefined ? 0 : to - from
}

/** CPU of this thread so far, ms; undefined on hosts without /proc. */
function ownCpuMs(): number | undefined {
  return cpuMsOf('/proc/thread-self')
}

/** The kernel's number of this thread. */
function ownThread(): number | undefined {
  try {
    return Number(path.basename(fs.readlinkSync('/proc/thread-self')))
  } catch {
    return undefined
  }
}

/** CPU of the threads in which V8 takes samples, ms, by the numbers of these threads. */
function profilerThreads(): Record<string, number> {
  const found: Record<string, number> = {}
  try {
    for (const thread of fs.readdirSync('/proc/self/task')) {
      const folder = `/proc/self/task/${thread}`
      const name = fs.readFileSync(`${folder}/comm`, 'utf8').trim()
      if (name === 'v8:ProfEvntProc') found[thread] = cpuMsOf(folder) ?? 0
    }
  } catch {
    // The thread ended meanwhile, or the host has no /proc.
  }
  return found
}

function cpuMsOf(folder: string): number | undefined {
  try {
    return Number(fs.readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    return undefined
  }
}
