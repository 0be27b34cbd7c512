import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { ResourceLimits } from 'node:worker_threads'
import { defaults, type OptimizationConfig } from '../config.js'
import { isPositiveWhole } from '../config-variables.js'
import { EngineError, messageOf } from '../errors.js'
import type { TrialTask } from '../search/grid.js'
import { onOneVersion } from '../search/one-version.js'
import type { SearchExecutors } from '../search/search.js'
import type { TrialSummary } from '../search/trial-summary.js'
import type { BacktestResult } from '../simulation/result.js'
import type { Executor } from './inline.js'
import {
  type PoolRunOptions,
  type PoolTrialOptions,
  poolExecutors,
  type RunOptions,
  type RunResult,
} from './pool-executors.js'
import { SharedBundles, type SharedLease } from './shared-bundles.js'
import { TaskRun } from './task-run.js'
import type { Wanted } from './worker-messages.js'
import { type WorkerStatistics, Workers } from './workers.js'

export interface WorkerPoolOptions {
  /** The search module (`search-module.ts`): a path or a `file:` address. */
  readonly module: string | URL
  /** Plain data for a module that exports a function. */
  readonly options?: unknown
  /** Directory of a bundle that replaces the one of the module. */
  readonly bundle?: string
  /** Number of threads; as many as there are processors if absent. */
  readonly workers?: number
  /** Of the engine in each thread, and of the pool; `defaults()` if absent. */
  readonly config?: OptimizationConfig
  /**
   * Limits of each thread, as Node takes them; a thread beyond one is replaced. If absent, 6 MB for
   * new objects and 1 GiB for others. Buffers of typed arrays do not count.
   */
  readonly resourceLimits?: ResourceLimits
}

export interface PoolStatistics {
  readonly workers: readonly WorkerStatistics[]
  /** Sums over the workers. */
  readonly total: Omit<WorkerStatistics, 'lastEnd'>
}

/**
 * Threads that run the backtests of searches, with the same results as the inline executor. They
 * start with the first task and serve every later search; threads without work do not keep the
 * process alive.
 *
 * A strategy that throws ends its search with its own error, and no other trial of the search is
 * begun. The error has the field `trial` (`FailedTrial`); of several, it is that of the first
 * trial in the order of the tasks. A thread that ends, for whatever reason, is replaced, and its
 * batch is run again; if a trial ends its thread twice, the search ends with `worker-crashed`.
 *
 * All results of a run are of one version of the bundle, or it ends with `bundle-changed`.
 */
export interface WorkerPool {
  /** Starts the threads now, and checks the search module. @throws as an executor */
  start(): Promise<void>
  /**
   * Runs tasks for their figures.
   *
   * @throws {EngineError} from `map`: `input-invalid`: the module, its bundle or its options;
   * `worker-crashed`; `bundle-changed`; `strategy-misuse` after `close`; errors of the backtests
   */
  trials(options?: PoolTrialOptions): Executor<TrialTask, TrialSummary>
  /** Runs tasks in full. @throws as `trials` */
  backtests(options?: PoolRunOptions): Executor<TrialTask, BacktestResult>
  /**
   * Runs a search with the executors of this pool. If `config.persistentWorkers` is off, the
   * threads end with the last search that is under way; otherwise they wait for the next one.
   */
  search<Result>(
    use: (executors: SearchExecutors) => Promise<Result>,
    options?: PoolTrialOptions,
  ): Promise<Result>
  /** What the threads have done since the pool was opened. */
  statistics(): PoolStatistics
  /** Ends the threads, and any run under way with an error. It may be called again. */
  close(): Promise<void>
}

/**
 * Opens a pool; its threads start with the first task.
 *
 * @throws {EngineError} `input-invalid`: a number of workers that is not a positive whole number,
 * or options that are not plain data
 */
export function workerPool(options: WorkerPoolOptions): WorkerPool {
  return new Pool(options)
}

class Pool implements WorkerPool {
  readonly #config: OptimizationConfig
  readonly #workers: Workers
  readonly #bundles: SharedBundles
  /** A run of its own for each call: the bundle may change between calls. */
  readonly #executors = poolExecutors((tasks, wanted, options) =>
    onOneVersion({ map: () => this.#run(tasks, wanted, options) }).map(tasks),
  )
  #searches = 0
  #closing: Promise<void> | undefined

  constructor({ module, options, bundle, config = defaults(), ...rest }: WorkerPoolOptions) {
    const { workers = availableParallelism(), resourceLimits } = rest
    if (!isPositiveWhole(workers))
      throw new EngineError(
        'input-invalid',
        `a pool of ${String(workers)} workers; give a positive whole number`,
      )
    checkPlain(options)
    const given = { options, ...(bundle !== undefined && { bundle: resolve(bundle) }) }
    this.#config = config
    this.#workers = new Workers(
      workers,
      { module: addressOf(module), given, config },
      resourceLimits,
    )
    this.#bundles = new SharedBundles((number) => this.#workers.forget(number))
  }

  async start(): Promise<void> {
    this.#checkOpen()
    const release = this.#workers.keepAlive()
    try {
      await this.#workers.directory(Number.POSITIVE_INFINITY)
    } finally {
      release()
    }
  }

  trials(options?: PoolTrialOptions): Executor<TrialTask, TrialSummary> {
    return this.#executors.trials(options)
  }

  backtests(options?: PoolRunOptions): Executor<TrialTask, BacktestResult> {
    return this.#executors.backtests(options)
  }

  async search<Result>(
    use: (executors: SearchExecutors) => Promise<Result>,
    options: PoolTrialOptions = {},
  ): Promise<Result> {
    this.#checkOpen()
    this.#searches++
    try {
      return await use({ trials: this.trials(options), backtests: this.backtests(options) })
    } finally {
      this.#searches--
      if (this.#searches === 0 && !this.#config.persistentWorkers && this.#workers.areIdle)
        await this.#end()
    }
  }

  statistics(): PoolStatistics {
    const workers = this.#workers.statistics()
    const sum = (of: (one: WorkerStatistics) => number) =>
      workers.reduce((total, one) => total + of(one), 0)
    return {
      workers,
      total: {
        batches: sum(({ batches }) => batches),
        tasks: sum(({ tasks }) => tasks),
        restarts: sum(({ restarts }) => restarts),
        busyMs: sum(({ busyMs }) => busyMs),
      },
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#workers.abortAll(closed())
    await this.#end()
  }

  async #end(): Promise<void> {
    this.#bundles.clear()
    await this.#workers.end()
  }

  async #run(
    tasks: readonly TrialTask[],
    wanted: Wanted,
    { signal, onResults }: RunOptions,
  ): Promise<readonly RunResult[]> {
    this.#checkOpen()
    signal?.throwIfAborted()
    if (tasks.length === 0) return []
    const release = this.#workers.keepAlive()
    let lease: SharedLease | undefined
    try {
      const directory = await unlessAborted(this.#workers.directory(tasks.length), signal)
      if (this.#config.sharedBundles) lease = await this.#bundles.lease(directory)
      this.#checkOpen()
      signal?.throwIfAborted()
      const run = new TaskRun(tasks, wanted, lease?.number, onResults)
      return (await this.#workers.complete(run, lease?.data, signal)) as readonly RunResult[]
    } finally {
      lease?.release()
      release()
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closed()
  }
}

function closed(): EngineError {
  return new EngineError('strategy-misuse', 'this worker pool is closed; open another one')
}

/** Absolute, since the working directory may change. */
function addressOf(module: string | URL): string {
  const text = String(module)
  return module instanceof URL || text.startsWith('file:') ? text : resolve(text)
}

function checkPlain(options: unknown): void {
  try {
    structuredClone(options)
  } catch (cause) {
    throw new EngineError(
      'input-invalid',
      `the options of a worker pool are not plain data (${messageOf(cause)}); move functions into the search module`,
      { cause },
    )
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort!)
  }
}
