import { performance } from 'node:perf_hooks'
import {
  gridPoints,
  type OptimizationConfig,
  type SearchOutcome,
  type TrialSummary,
  workerPool,
} from '../../engine/index.js'
import type { Divergence, Workload } from '../../harness/contract.js'
import { marketDirectory, prepareMarket } from '../market/market-cache.js'
import { CROSSOVER_MODULE, type CrossoverSearch } from './crossover-search.js'
import { type GridSearchScale, marketOf } from './grid-search.js'
import { divergeTrials } from './search-pool.js'
import { crossoverSpace } from './search-space.js'

export interface CoordinatorScale extends GridSearchScale {
  /** Numbers of worker threads, ascending. */
  readonly workers: readonly number[]
  /** How often each pool searches, at least twice. */
  readonly searches: number
}

/** The figures of all points of the grid. */
export type Searched = SearchOutcome['trials']

const YEAR = 252

/**
 * The same search with 2, 4, 8 and 16 worker threads (1 and 2 at smoke scale), each number in a
 * pool of its own that searches several times: with threads that have just started, then with
 * threads that have compiled more and more of the engine.
 *
 * The counters, for each number n of threads: `coordinator.startMs.n` until the first thread is
 * ready, `coordinator.firstMs.n` and `coordinator.lastMs.n`, the wall times of two searches,
 * and `coordinator.efficiency.n`, the last time with the smallest number of threads ÷ that with
 * n. On a host with as many processors as the smallest number, 1 means that further threads cost
 * nothing. `coordinator.rssBytes.n` is the memory of the process after the searches; it keeps
 * some of the pools before, so that the difference between the last two numbers of threads counts.
 */
export const coordinatorWorkload: Workload<
  OptimizationConfig,
  CoordinatorScale,
  readonly Searched[]
> = {
  id: 'coordinator',
  title: 'one search with more and more worker threads',
  parallel: true,
  // A pass starts its threads anew and takes seconds.
  passes: {
    smoke: { warmup: 0, iterations: 1 },
    standard: { warmup: 1, iterations: 1 },
    production: { warmup: 0, iterations: 1 },
  },
  scales: {
    smoke: {
      workers: [1, 2],
      searches: 2,
      fast: { from: 5, to: 10, step: 5 },
      slow: { from: 30, to: 60, step: 30 },
      assets: 2,
      sessions: 60,
    },
    standard: {
      workers: [2, 4, 8, 16],
      searches: 4,
      fast: { from: 5, to: 50, step: 5 },
      slow: { from: 60, to: 250, step: 10 },
      assets: 5,
      sessions: YEAR / 2,
    },
    production: {
      workers: [2, 4, 8, 16],
      searches: 4,
      fast: { from: 5, to: 50, step: 5 },
      slow: { from: 60, to: 250, step: 10 },
      assets: 20,
      sessions: 5 * YEAR,
    },
  },
  describe: ({ workers, searches, fast, slow, assets, sessions }) =>
    `${workers.join(', ')} threads × ${searches} searches of ${gridPoints(crossoverSpace(fast, slow)).length} backtests, ${assets} assets × ${sessions} sessions`,
  prepare: (scale, seed, warn) => prepareMarket(marketOf(scale), seed, warn),
  async run(config, scale, seed) {
    const counters: Record<string, number> = {}
    const output: Searched[] = []
    for (const workers of scale.workers) {
      const { trials, figures } = await searchOften(config, scale, seed, workers)
      output.push(trials)
      for (const [name, figure] of Object.entries(figures))
        counters[`coordinator.${name}.${workers}`] = figure
    }
    const [fewest, ...more] = scale.workers
    for (const workers of more)
      counters[`coordinator.efficiency.${workers}`] =
        counters[`coordinator.lastMs.${fewest}`]! / counters[`coordinator.lastMs.${workers}`]!
    const bars = output.flat().reduce((sum, trial) => sum + trial.bars, 0)
    return { output, counters, work: { unit: 'bars', amount: bars } }
  },
  canonical: (output) => output.map((trials) => JSON.stringify(trials)).join('\n'),
  diverge: firstDifference,
}

async function searchOften(
  config: OptimizationConfig,
  { fast, slow, ...scale }: CoordinatorScale,
  seed: number,
  workers: number,
) {
  const options: CrossoverSearch = {
    bundle: marketDirectory(marketOf({ slow, ...scale }), seed),
    backtest: { range: { start: slow.to } },
    config,
  }
  const tasks = gridPoints(crossoverSpace(fast, slow)).map((parameters) => ({ parameters }))
  const pool = workerPool({ module: CROSSOVER_MODULE, options, workers, config })
  const timed = async <T>(work: Promise<T>): Promise<readonly [ms: number, value: T]> => {
    const begin = performance.now()
    const value = await work
    return [performance.now() - begin, value]
  }
  try {
    const [startMs] = await timed(pool.start())
    const times: number[] = []
    const summaries: TrialSummary[] = []
    for (let i = 0; i < scale.searches; i++) {
      const [ms, some] = await timed(pool.trials().map(tasks))
      times.push(ms)
      summaries.push(...some)
    }
    const trials = summaries.map((summary, index) => ({
      index,
      ...tasks[index % tasks.length]!,
      ...summary,
    }))
    const rssBytes = process.memoryUsage.rss()
    return {
      trials,
      figures: { startMs, firstMs: times[0]!, lastMs: times.at(-1)!, rssBytes },
    }
  } finally {
    await pool.close()
  }
}

function firstDifference(
  baseline: readonly Searched[],
  candidate: readonly Searched[],
): Divergence | undefined {
  for (let i = 0; i < Math.max(baseline.length, candidate.length); i++) {
    const divergence = divergeTrials(baseline[i] ?? [], candidate[i] ?? [])
    if (divergence !== undefined)
      return { ...divergence, at: { pool: `number ${i + 1}`, ...divergence.at } }
  }
  return undefined
}
