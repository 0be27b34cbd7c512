import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { OptimizationConfig } from '../../config.js'
import type { Executor } from '../../execution/inline.js'
import { type RedisQueueOptions, redisQueue } from '../../execution/queue/redis-queue.js'
import type { FailedTrial } from '../../execution/task-run.js'
import { type WorkerPool, workerPool } from '../../execution/worker-pool.js'
import { openEngine } from '../../open-engine.js'
import type { TrialTask } from '../grid.js'
import type { ObjectiveName } from '../objectives.js'
import type { SearchExecutors } from '../search.js'
import { type LoadedSearch, specOf } from './search-module.js'

/** Runs the backtests of one search module: in this thread, or in threads of their own. */
export interface ModuleExecutors {
  /** @param signal  ends a run of trials, not of backtests in full */
  of(signal: AbortSignal | undefined): SearchExecutors
  close(): Promise<void>
}

/** A queue in Redis; see `RedisQueueOptions`. */
export type SearchQueue = Pick<RedisQueueOptions, 'url' | 'queue' | 'folder'>

/** What executors need besides the search. */
export interface ExecutorOptions {
  /** Plain data for a module that exports a function. */
  readonly options?: unknown
  /** In place of the objective of the module. */
  readonly objective?: ObjectiveName
  /** 1: this thread. */
  readonly workers: number
  readonly queue?: SearchQueue
  readonly config: OptimizationConfig
}

/** Executors with the same results for any number of workers. */
export function moduleExecutors(search: LoadedSearch, options: ExecutorOptions): ModuleExecutors {
  const { queue, workers } = options
  if (queue !== undefined) return inQueue(search, queue, options)
  return workers === 1 ? inThisThread(search, options) : inThreads(search, options)
}

function inQueue(
  { module, bundle }: LoadedSearch,
  queue: SearchQueue,
  { objective, options }: ExecutorOptions,
): ModuleExecutors {
  return ofPool(redisQueue({ ...queue, module, bundle, options }), objective)
}

function inThreads(
  { module, bundle }: LoadedSearch,
  { objective, options, workers, config }: ExecutorOptions,
): ModuleExecutors {
  return ofPool(workerPool({ module, bundle, options, workers, config }), objective)
}

function ofPool(
  pool: Pick<WorkerPool, 'trials' | 'backtests' | 'close'>,
  objective: ObjectiveName | undefined,
): ModuleExecutors {
  return {
    of: (signal) => ({
      trials: pool.trials({
        ...(objective !== undefined && { objective }),
        ...(signal !== undefined && { signal }),
      }),
      backtests: pool.backtests(),
    }),
    close: () => pool.close(),
  }
}

function inThisThread(
  search: LoadedSearch,
  { objective = search.objective as ObjectiveName, config }: ExecutorOptions,
): ModuleExecutors {
  const engine = openEngine(config)
  const spec = (task: TrialTask) => specOf(search, task, search.bundle)
  return {
    of: (signal) => ({
      trials: interruptible(
        async (task) => engine.trial(await spec(task), objective, task),
        signal,
      ),
      backtests: interruptible(async (task) => engine.backtest(await spec(task)), undefined),
    }),
    async close() {
      engine.close()
    },
  }
}

/** Time after which the rest of the process acts before the next trial, ms. */
const PAUSE_AFTER_MS = 50

/** An inline executor that lets the rest of the process act between trials. */
function interruptible<Result>(
  work: (task: TrialTask) => Promise<Result>,
  signal: AbortSignal | undefined,
): Executor<TrialTask, Result> {
  let paused = performance.now()
  return {
    async map(tasks) {
      const results: Result[] = []
      for (const task of tasks) {
        if (performance.now() - paused > PAUSE_AFTER_MS) {
          await setImmediate()
          paused = performance.now()
        }
        signal?.throwIfAborted()
        results.push(
          await work(task).catch((error: unknown) => failedAt(results.length, task, error)),
        )
      }
      return results
    },
  }
}

/** Throws an error with the task that failed, as a pool does. */
function failedAt(index: number, task: TrialTask, error: unknown): never {
  if (!(error instanceof Error) || Object.hasOwn(error, 'trial')) throw error
  throw Object.assign(error, { trial: { index, ...task } satisfies FailedTrial })
}
