import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'
import {
  type BundleContent,
  defaults,
  type Executor,
  enable,
  inlineExecutor,
  loadSearchModule,
  type OptimizationConfig,
  openEngine,
  type SearchExecutors,
  specOf,
  type TrialTask,
  type WorkerPool,
  type WorkerPoolOptions,
  workerPool,
  writeBundle,
} from '../../../engine/index.js'
import { marketContent } from '../../../scenarios/market/market-content.js'
import { fixture } from '../../fixtures/bench.js'
import { scratch } from '../bundle/bundle-cases.js'

/** Every worker keeps running, and reads the bars that the main thread decoded. */
export const SHARED = enable(defaults({}), { persistentWorkers: true, sharedBundles: true })

/** `pool-search.mjs`, whose parameters choose what a trial does. */
export const MODULE = fixture('pool-search.mjs')

/** A bundle on disk with splits, dividends and halts, removed when the test ends. */
export async function marketOf(content: BundleContent = smallMarket()): Promise<string> {
  const directory = join(await scratch(), 'market')
  await writeBundle(directory, content)
  return directory
}

export function smallMarket(): BundleContent {
  return marketContent({ assets: 3, sessions: 90 }, 11)
}

/** A pool over `pool-search.mjs`, closed when the test ends. */
export function poolOf(
  search: Readonly<Record<string, unknown>>,
  options: Partial<WorkerPoolOptions> = {},
): WorkerPool {
  const pool = workerPool({
    module: MODULE,
    options: search,
    workers: 2,
    config: SHARED,
    ...options,
  })
  onTestFinished(() => pool.close())
  return pool
}

/** The same search in this thread. */
export async function inlineOf(
  search: Readonly<Record<string, unknown>>,
  config: OptimizationConfig = defaults({}),
): Promise<SearchExecutors> {
  const loaded = await loadSearchModule(MODULE, { options: search })
  const engine = openEngine(config)
  const spec = (task: TrialTask) => specOf(loaded, task, loaded.bundle)
  return {
    trials: inlineExecutor(async (task) => engine.trial(await spec(task), loaded.objective)),
    backtests: inlineExecutor(async (task) => engine.backtest(await spec(task))),
  }
}

/** Tasks with parameters of their own: `bars` and `shares` by their number. */
export function tasksOf(
  count: number,
  change: (trial: number) => Readonly<Record<string, string | number>> = () => ({}),
): readonly TrialTask[] {
  return Array.from({ length: count }, (_, trial) => ({
    parameters: { bars: 2 + (trial % 17), shares: 1 + (trial % 5), trial, ...change(trial) },
  }))
}

/** The error of a run. */
export async function errorOf<Result>(
  executor: Executor<TrialTask, Result>,
  tasks: readonly TrialTask[],
): Promise<unknown> {
  return executor.map(tasks).then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** The threads that start during a test, as long as they run. */
export function watchThreads(): ReadonlySet<Worker> {
  const running = new Set<Worker>()
  const onStart = (worker: Worker) => {
    running.add(worker)
    worker.once('exit', () => running.delete(worker))
  }
  process.on('worker', onStart)
  onTestFinished(() => void process.off('worker', onStart))
  return running
}

/** Numbers of [0, n), of a linear congruential generator (Knuth, MMIX). */
export function generator(seed: number): (n: number) => number {
  let state = BigInt(seed)
  return (n) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number((state >> 33n) % BigInt(n))
  }
}
