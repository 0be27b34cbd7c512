import { writeFileSync } from 'node:fs'
import { type InspectorNotification, type NodeWorker, Session } from 'node:inspector'
import { join } from 'node:path'
import type { Capture } from '../../contract.js'

/** A capture under way. */
export interface RunningCapture {
  /** From here on everything counts; what ran before was warm-up. */
  begin(): Promise<void>
  /** Ends it and writes one file per thread. */
  stop(): Promise<Captured>
}

export interface Captured {
  /** Names of files in the folder of the capture, the main thread's first. */
  readonly files: readonly string[]
  /** Worker threads that ended before their profile could be taken. */
  readonly lostThreads: number
}

type Profiler = Exclude<Capture['profiler'], 'clock' | 'outside'>
/** One that observes, from within. */
export type ObservingCapture = Capture & { readonly profiler: Profiler }

/** How one profiler is switched on, and what comes of it. */
interface Recipe {
  /**
   * How the warm-up is kept out of what is written. Two profilers have to watch it, because they
   * misread code that was compiled before they started: the CPU profiler gives it wrong names (a
   * split of 60 : 30 : 10 read as 90 % in the caller of all three), and coverage counts every time
   * such a generator or async function goes on as a call. What was sampled then is `cut-off`, what
   * was counted is `taken-before`. The third starts `after` it.
   */
  readonly warmUp: 'cut-off' | 'taken-before' | 'after'
  readonly start: readonly (readonly [method: string, params: (capture: Capture) => object])[]
  readonly stop: string
  /** Of the answer to `stop`, what is written. */
  readonly result: 'profile' | 'result'
  /** The ending DevTools knows. */
  readonly extension: string
}

/** Mean bytes between two sampled allocations. */
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
        // Without these two, only what is still alive at the end is counted: nearly nothing of what
        // collections cost.
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
      // Blocks are not used, but without them a generator or async function counts once more each
      // time it goes on.
      ['Profiler.startPreciseCoverage', () => ({ callCount: true, detailed: true })],
    ],
    stop: 'Profiler.takePreciseCoverage',
    result: 'result',
    extension: 'coverage.json',
  },
}

/** Sends one command of the inspector's protocol to one thread. */
type Post = (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>

/**
 * Readies a profiler on this thread, on the worker threads it has and on those it will have.
 *
 * Workers are reached while they run: they are never held at their start, because a main thread
 * that blocks until its worker answers would then wait for ever. So a worker's first moments are
 * missing, and one that ends before the capture does is counted as lost.
 *
 * @source Chrome DevTools Protocol, domains Profiler and HeapProfiler; the NodeWorker domain of
 * Node
 */
export async function startCapture(capture: ObservingCapture): Promise<RunningCapture> {
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
  /** What each thread has to tell, the main thread first. */
  const take = async (): Promise<readonly unknown[]> => {
    const own = (await main(recipe.stop, {}))[recipe.result]
    return [
      own,
      ...(await workers.collect(async (post) => (await post(recipe.stop, {}))[recipe.result])),
    ]
  }
  if (recipe.warmUp !== 'after') await startAll()
  let beginMicros = 0
  let lostBefore = 0
  return {
    async begin() {
      if (recipe.warmUp === 'after') await startAll()
      // Taking counts sets them to zero.
      if (recipe.warmUp === 'taken-before') await take()
      lostBefore = workers.lost()
      // The clock of V8's profiler.
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
            recipe.warmUp === 'cut-off' ? profileFrom(profile as RawProfile, beginMicros) : profile,
          ),
        )
        return name
      })
      return { files, lostThreads }
    },
  }
}

/** What is needed of a CPU profile to cut it. */
interface RawProfile {
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  readonly nodes: readonly { readonly id: number }[]
}

/** A CPU profile without what was sampled before a moment on its clock, µs. */
function profileFrom(profile: RawProfile, beginMicros: number): RawProfile {
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

/** Follows worker threads as they come and go; the answers of a thread that is gone never come. */
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
      // A worker that ends before it is profiled is counted when it detaches.
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
    /** What each living worker answers; those that end meanwhile are lost. */
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
