import { writeFileSync } from 'node:fs'
import { type InspectorNotification, type NodeWorker, Session } from 'node:inspector'
import { join } from 'node:path'
import type { Capture } from '../../contract.js'

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
}

type Profiler = Exclude<Capture['profiler'], 'clock' | 'outside'>
/** A capture with one of V8's profilers, in the profiled process itself. */
export type ProfilerCapture = Capture & { readonly profiler: Profiler }

/** How to run one of the profilers. */
interface Recipe {
  /**
   * How the warm-up is kept out of the result. Two profilers must run during the warm-up, because
   * they misread code that was compiled before they started. The CPU profiler attributes such code
   * to the wrong functions (a split of 60 : 30 : 10 read as 90 % in the caller of all three); the
   * samples of the warm-up are `cut-off` later. Coverage counts every resumption of a generator or
   * async function compiled earlier as a call; the counts of the warm-up are `taken-before`. The
   * allocation profiler starts `after` the warm-up.
   */
  readonly warmUp: 'cut-off' | 'taken-before' | 'after'
  readonly start: readonly (readonly [method: string, params: (capture: Capture) => object])[]
  readonly stop: string
  /** The field of the answer to `stop` that is written to the file. */
  readonly result: 'profile' | 'result'
  /** File extension, as Chrome DevTools expects it. */
  readonly extension: string
}

/** Mean distance between two sampled allocations, bytes. */
const ALLOCATION_INTERVAL_BYTES = 16_384

const RECIPES: Readonly<Record<Profiler, Recipe>> = {
  cpu: {
    warmUp: 'cut-off',
    start: [
      ['Profiler.enable', () => ({})],
      ['Profiler.setSamplingInterval', ({ intervalMicros }) => ({ interval: intervalMicros })],
      ['Profiler.start', () => ({})],
    ],
    stop: 'Profiler.stop',
    result: 'profile',
    extension: 'cpuprofile',
  },
  allocation: {
    warmUp: 'after',
    start: [
      ['HeapProfiler.enable', () => ({})],
      [
        'HeapProfiler.startSampling',
        // Without these two flags, only objects still alive at the end count. The short-lived
        // objects that make collection expensive would be missing.
        () => ({
          samplingInterval: ALLOCATION_INTERVAL_BYTES,
          includeObjectsCollectedByMajorGC: true,
          includeObjectsCollectedByMinorGC: true,
        }),
      ],
    ],
    stop: 'HeapProfiler.stopSampling',
    result: 'profile',
    extension: 'heapprofile',
  },
  coverage: {
    warmUp: 'taken-before',
    start: [
      ['Profiler.enable', () => ({})],
      // Counts of blocks are not used, but without `detailed` every resumption of a generator or
      // async function counts as a call.
      ['Profiler.startPreciseCoverage', () => ({ callCount: true, detailed: true })],
    ],
    stop: 'Profiler.takePreciseCoverage',
    result: 'result',
    extension: 'coverage.json',
  },
}

/** Sends a command of the inspector protocol to one thread. */
type Post = (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>

/**
 * Starts a profiler on this thread and on its present and future worker threads.
 *
 * A worker is attached while it runs. Pausing it at its start would deadlock a main thread that
 * blocks until the worker answers. Therefore the first moments of a worker are missing, and a
 * worker that ends before the capture counts as lost.
 *
 * @source Chrome DevTools Protocol, domains Profiler and HeapProfiler; the NodeWorker domain of
 * Node
 */
export async function startCapture(capture: ProfilerCapture): Promise<RunningCapture> {
  const recipe = RECIPES[capture.profiler]
  const session = new Session()
  session.connect()
  const main: Post = (method, params) =>
    new Promise((resolve, reject) =>
      session.post(method, params, (error, answer) =>
        error ? reject(error) : resolve((answer ?? {}) as Record<string, unknown>),
      ),
    )
  const workers = watchWorkers(session, main, (post) => start(recipe, capture, post))
  const startAll = async () => {
    await main('NodeWorker.enable', { waitForDebuggerOnStart: false })
    await start(recipe, capture, main)
  }
  /** The results of all threads, the main thread's first. */
  const take = async (): Promise<readonly unknown[]> => {
    const resultOf = async (post: Post) => (await post(recipe.stop, {}))[recipe.result]
    return [await resultOf(main), ...(await workers.collect(resultOf))]
  }
  if (recipe.warmUp !== 'after') await startAll()
  let beginMicros = 0
  let lostBefore = 0
  return {
    async begin() {
      if (recipe.warmUp === 'after') await startAll()
      // Taking the counts resets them to zero.
      if (recipe.warmUp === 'taken-before') await take()
      lostBefore = workers.lost()
      // V8's profiler uses the same clock.
      beginMicros = Number(process.hrtime.bigint() / 1000n)
    },
    async stop() {
      const profiles = await take()
      const lostThreads = workers.lost() - lostBefore
      await main('NodeWorker.disable', {})
      session.disconnect()
      const files = profiles.map((profile, thread) => {
        const name = `${thread === 0 ? 'main' : `worker-${thread}`}.${recipe.extension}`
        writeFileSync(
          join(capture.directory, name),
          JSON.stringify(
            recipe.warmUp === 'cut-off' ? samplesFrom(profile as RawProfile, beginMicros) : profile,
          ),
        )
        return name
      })
      return { files, lostThreads }
    },
  }
}

/** The fields of a CPU profile that depend on its start. */
interface RawProfile {
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  readonly nodes: readonly { readonly id: number }[]
}

/** A CPU profile without the samples before a time on its clock, µs. */
function samplesFrom(profile: RawProfile, beginMicros: number): RawProfile {
  const samples: number[] = []
  const timeDeltas: number[] = []
  let last = Math.max(profile.startTime, beginMicros)
  let now = profile.startTime
  for (let i = 0; i < profile.samples.length; i++) {
    now += profile.timeDeltas[i]!
    if (now < beginMicros) continue
    samples.push(profile.samples[i]!)
    timeDeltas.push(now - last)
    last = now
  }
  const hits = new Map<number, number>()
  for (const id of samples) hits.set(id, (hits.get(id) ?? 0) + 1)
  return {
    ...profile,
    startTime: Math.max(profile.startTime, beginMicros),
    samples,
    timeDeltas,
    nodes: profile.nodes.map((node) => ({ ...node, hitCount: hits.get(node.id) ?? 0 })),
  }
}

async function start(recipe: Recipe, capture: Capture, post: Post): Promise<void> {
  for (const [method, params] of recipe.start) await post(method, params(capture))
}

/**
 * Tracks worker threads. A thread that has ended never answers, so every wait for a thread also
 * ends when the thread ends.
 */
function watchWorkers(session: Session, main: Post, onAttach: (post: Post) => Promise<void>) {
  const alive = new Map<
    string,
    { readonly post: Post; readonly gone: Promise<undefined>; readonly end: () => void }
  >()
  const waiting = new Map<string, (message: Answer) => void>()
  let lost = 0
  let next = 0
  session.on(
    'NodeWorker.attachedToWorker',
    ({ params }: InspectorNotification<NodeWorker.AttachedToWorkerEventDataType>) => {
      const { sessionId } = params
      const post: Post = (method, command) =>
        new Promise((resolve, reject) => {
          const id = ++next
          waiting.set(`${sessionId} ${id}`, ({ result, error }) =>
            error === undefined
              ? resolve(result ?? {})
              : reject(new Error(`${method}: ${error.message}`)),
          )
          main('NodeWorker.sendMessageToWorker', {
            sessionId,
            message: JSON.stringify({ id, method, params: command }),
          }).catch(reject)
        })
      let end = () => {}
      const gone = new Promise<undefined>((resolve) => {
        end = () => resolve(undefined)
      })
      alive.set(sessionId, { post, gone, end })
      // If this fails, the worker has ended; it counts as lost when it detaches.
      onAttach(post).catch(() => {})
    },
  )
  session.on('NodeWorker.detachedFromWorker', ({ params }) => {
    alive.get(params.sessionId)?.end()
    if (alive.delete(params.sessionId)) lost++
  })
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    const message = JSON.parse(params.message) as Answer
    const key = `${params.sessionId} ${message.id}`
    waiting.get(key)?.(message)
    waiting.delete(key)
  })
  return {
    /** The answers of all running workers. A worker that ends meanwhile gives no answer. */
    async collect(ask: (post: Post) => Promise<unknown>) {
      const answers = [...alive.values()].map(({ post, gone }) => Promise.race([ask(post), gone]))
      return (await Promise.all(answers)).filter((result) => result !== undefined)
    },
    lost: () => lost,
  }
}

interface Answer {
  readonly id?: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}
