import type { Counters, OptimizationConfig } from '../../engine/index.js'
import type { Divergence, Workload } from '../../harness/contract.js'
import { marketDirectory, prepareMarket } from '../market/market-cache.js'
import type { MarketSize } from '../market/resample.js'
import { OpeningThread, type TimedRead } from './opening-thread.js'

export interface WorkerStartScale {
  /** Numbers of concurrent threads, ascending. */
  readonly threads: readonly number[]
  /** How often every thread opens the bundle again at each number of threads. */
  readonly laterOpens: number
  readonly market: MarketSize
}

/** What one thread read, in order. */
export type ThreadReads = readonly Pick<TimedRead, 'version' | 'checksum'>[]

/** Number of digits of a hash in messages. */
const SHOWN = 16

const YEAR = 252

/**
 * Opening a bundle in worker threads, the first time and later. Threads are added until 2, 4, 8
 * and 16 run (1 and 2 at smoke scale, where loading the modules of a thread would be most of a
 * pass). Each new thread opens the bundle from a source of its own and reads it completely (cold).
 * Then all threads do so again together, several times (warm).
 *
 * Opens begin when every thread has loaded its modules. Starting a thread takes equally long in
 * every configuration and much longer than an open. If it counted as part of a cold open, every
 * later open would look like a saving, even in the pure baseline. Therefore it is reported
 * separately, as `worker.startMs`.
 *
 * Besides the sums over the threads, the counters are `open.coldMs` and `open.warmMs`, the mean
 * wall times of a first and of a later open, and `open.savedShare`, which is 1 − warm ÷ cold.
 */
export const workerStartWorkload: Workload<
  OptimizationConfig,
  WorkerStartScale,
  readonly ThreadReads[]
> = {
  id: 'worker-start',
  title: 'opening a bundle in worker threads',
  parallel: true,
  // A pass starts its threads anew and takes seconds.
  passes: {
    smoke: { warmup: 1, iterations: 2 },
    standard: { warmup: 1, iterations: 1 },
    production: { warmup: 0, iterations: 1 },
  },
  scales: {
    smoke: { threads: [1, 2], laterOpens: 2, market: { assets: 20, sessions: YEAR } },
    standard: { threads: [2, 4, 8, 16], laterOpens: 2, market: { assets: 20, sessions: 3 * YEAR } },
    production: {
      threads: [2, 4, 8, 16],
      laterOpens: 5,
      market: { assets: 50, sessions: 10 * YEAR },
    },
  },
  describe: ({ threads, laterOpens, market }) =>
    `${threads.join(', ')} threads × ${1 + laterOpens} opens of ${market.assets} assets × ${market.sessions} sessions`,
  prepare: ({ market }, seed, warn) => prepareMarket(market, seed, warn),
  async run(config, { threads, laterOpens, market }, seed) {
    const directory = marketDirectory(market, seed)
    const started: StartedThread[] = []
    try {
      for (const count of threads) {
        const fresh: StartedThread[] = []
        while (started.length < count) {
          const thread = { opening: new OpeningThread(config, directory), startMs: 0, reads: [] }
          started.push(thread)
          fresh.push(thread)
        }
        await together(fresh, async (thread) => {
          thread.startMs = await thread.opening.ready()
        })
        await together(fresh, readOnce)
        for (let i = 0; i < laterOpens; i++) await together(started, readOnce)
      }
      const counters = await together(started, ({ opening }) => opening.counters())
      const output = started.map(({ reads }) =>
        reads.map(({ version, checksum }) => ({ version, checksum })),
      )
      return {
        output,
        counters: { ...sumOf(counters), ...timesOf(started) },
        work: { unit: 'opens', amount: output.flat().length },
      }
    } finally {
      await together(started, ({ opening }) => opening.terminate())
    }
  },
  canonical: (output) =>
    output
      .map(
        (reads, i) =>
          `${i + 1} ${reads.map(({ version, checksum }) => `${version} ${checksum}`).join(' ')}`,
      )
      .join('\n'),
  diverge: firstDifference,
}

interface StartedThread {
  readonly opening: OpeningThread
  startMs: number
  /** The reads of the thread; only the first one is cold. */
  readonly reads: TimedRead[]
}

async function together<T>(
  threads: readonly StartedThread[],
  work: (thread: StartedThread) => Promise<T>,
): Promise<T[]> {
  return Promise.all(threads.map(work))
}

async function readOnce({ opening, reads }: StartedThread): Promise<void> {
  reads.push(await opening.open())
}

function sumOf(all: readonly Counters[]): Counters {
  const sum: Counters = {}
  for (const counters of all) {
    for (const [name, value] of Object.entries(counters)) sum[name] = (sum[name] ?? 0) + value
  }
  return sum
}

function timesOf(started: readonly StartedThread[]): Counters {
  const coldMs = meanOf(started.map(({ reads }) => reads[0]!.ms))
  const warmMs = meanOf(started.flatMap(({ reads }) => reads.slice(1).map(({ ms }) => ms)))
  return {
    'open.coldMs': coldMs,
    'open.warmMs': warmMs,
    'open.savedShare': 1 - warmMs / coldMs,
    'worker.startMs': meanOf(started.map(({ startMs }) => startMs)),
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function firstDifference(
  baseline: readonly ThreadReads[],
  candidate: readonly ThreadReads[],
): Divergence | undefined {
  for (let i = 0; i < Math.max(baseline.length, candidate.length); i++) {
    const thread = `number ${i + 1}`
    const divergence = divergeReads(thread, baseline[i] ?? [], candidate[i] ?? [])
    if (divergence !== undefined) return divergence
  }
  return undefined
}

function divergeReads(
  thread: string,
  baseline: ThreadReads,
  candidate: ThreadReads,
): Divergence | undefined {
  for (let i = 0; i < Math.max(baseline.length, candidate.length); i++) {
    for (const field of ['version', 'checksum'] as const) {
      const [a, b] = [baseline[i]?.[field] ?? 'none', candidate[i]?.[field] ?? 'none']
      if (a === b) continue
      const at = { thread, open: `number ${i + 1}` }
      return { at, field, baseline: a.slice(0, SHOWN), candidate: b.slice(0, SHOWN) }
    }
  }
  return undefined
}
