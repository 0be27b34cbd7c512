import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import type { Capture } from '../../contract.js'
import { startCpuCapture } from './cpu-capture.js'
import { type Post, postTo } from './inspector-post.js'
import { withSteps } from './script-steps.js'
import { watchWorkers } from './worker-sessions.js'

/** A capture that is running. */
export interface RunningCapture {
  /** Ends the warm-up. Everything after this call counts. */
  begin(): Promise<void>
  /** Ends the capture and writes one file per thread. */
  stop(): Promise<CaptureFiles>
}

export interface CaptureFiles {
  /** Names within the folder of the capture, the main thread's file first. */
  readonly files: readonly string[]
  /** Worker threads that ended before their profile could be collected. */
  readonly lostThreads: number
  /** Only for CPU: absent on hosts that do not report the CPU of threads. */
  readonly cpu?: SectionCpu
}

/** The CPU time of the threads after the warm-up. */
export interface SectionCpu {
  /** One per file. */
  readonly threads: readonly ThreadTime[]
  /** Of the profiler itself, ms: its own threads, and what workers do for it. */
  readonly profilerMs: number
}

export interface ThreadTime {
  /** CPU while the thread was sampled, ms. */
  readonly sampledMs: number
  /** CPU before that, ms, in which the thread loaded the runtime; 0 if it is older. */
  readonly startMs: number
}

type Profiler = Exclude<Capture['profiler'], 'clock' | 'outside'>
/** A capture with one of V8's profilers, in the profiled process itself. */
export type ProfilerCapture = Capture & { readonly profiler: Profiler }

/** How to run one of the profilers for memory. */
interface Recipe {
  /**
   * How the warm-up is kept out of the result. The allocation profiler starts `after` the warm-up.
   * Coverage must run during it, because it counts every resumption of a generator or async
   * function compiled earlier as a call; the counts of the warm-up are `taken-before`.
   */
  readonly warmUp: 'taken-before' | 'after'
  readonly start: readonly (readonly [method: string, params: object])[]
  readonly stop: string
  /** The field of the answer to `stop` that is written to the file. */
  readonly result: 'profile' | 'result'
  /** Adds to a result, once everything has been captured, what only V8 can state of it. */
  readonly complete?: (post: Post, result: unknown) => Promise<unknown>
  /** File extension, as Chrome DevTools expects it. */
  readonly extension: string
}

/** Mean distance between two sampled allocations, bytes. */
const ALLOCATION_INTERVAL_BYTES = 16_384

const RECIPES: Readonly<Record<Exclude<Profiler, 'cpu'>, Recipe>> = {
  allocation: {
    warmUp: 'after',
    start: [
      ['HeapProfiler.enable', {}],
      [
        'HeapProfiler.startSampling',
        // Without these two flags, only objects still alive at the end count. The short-lived
        // objects that make collection expensive would be missing.
        {
          samplingInterval: ALLOCATION_INTERVAL_BYTES,
          includeObjectsCollectedByMajorGC: true,
          includeObjectsCollectedByMinorGC: true,
        },
      ],
    ],
    stop: 'HeapProfiler.stopSampling',
    result: 'profile',
    extension: 'heapprofile',
  },
  coverage: {
    warmUp: 'taken-before',
    start: [
      ['Profiler.enable', {}],
      // Without `detailed`, blocks are not counted, and every resumption of a generator or async
      // function counts as a call.
      ['Profiler.startPreciseCoverage', { callCount: true, detailed: true }],
    ],
    stop: 'Profiler.takePreciseCoverage',
    result: 'result',
    complete: withSteps,
    extension: 'coverage.json',
  },
}

/**
 * Starts a profiler on this thread and on its present and future worker threads.
 *
 * @source Chrome DevTools Protocol, domains Profiler and HeapProfiler; the NodeWorker domain of
 * Node
 */
export async function startCapture(capture: ProfilerCapture): Promise<RunningCapture> {
  const { profiler, directory } = capture
  return profiler === 'cpu'
    ? await startCpuCapture(capture)
    : await startRecipe(RECIPES[profiler], directory)
}

/**
 * Starts a profiler of memory. A worker is attached while it runs, so its first moments are
 * missing, and one that ends by itself before the capture counts as lost.
 */
async function startRecipe(recipe: Recipe, directory: string): Promise<RunningCapture> {
  const session = new Session()
  session.connect()
  const main = postTo(session)
  const resultOf = async (post: Post) => (await post(recipe.stop, {}))[recipe.result]
  const complete = recipe.complete ?? (async (_post: Post, result: unknown) => result)
  let hasBegun = false
  const workers = watchWorkers(session, main, {
    onAttach: (post) => start(recipe, post),
    ask: async (post) => {
      const result = await resultOf(post)
      return hasBegun ? await complete(post, result) : result
    },
  })
  const startAll = async () => {
    await main('NodeWorker.enable', { waitForDebuggerOnStart: false })
    await start(recipe, main)
  }
  /** The results of all threads, the main thread's first. */
  const take = async (): Promise<readonly unknown[]> => [
    await resultOf(main),
    ...(await workers.collect()),
  ]
  if (recipe.warmUp === 'taken-before') await startAll()
  let lostBefore = 0
  return {
    async begin() {
      if (recipe.warmUp === 'after') await startAll()
      // Taking the counts resets them to zero.
      if (recipe.warmUp === 'taken-before') await take()
      lostBefore = workers.lost.length
      hasBegun = true
    },
    async stop() {
      const [own, ...others] = await take()
      const results = [await complete(main, own), ...others]
      const lostThreads = workers.lost.length - lostBefore
      workers.release()
      await main('NodeWorker.disable', {})
      session.disconnect()
      const files = results.map((result, thread) => {
        const name = `${thread === 0 ? 'main' : `worker-${thread}`}.${recipe.extension}`
        writeFileSync(join(directory, name), JSON.stringify(result))
        return name
      })
      return { files, lostThreads }
    },
  }
}

async function start(recipe: Recipe, post: Post): Promise<void> {
  for (const [method, params] of recipe.start) await post(method, params)
}
