import { readManifest } from '../../bundle/manifest-file.js'
import { EngineError } from '../../errors.js'
import type { TrialTask } from '../../search/grid.js'
import { type LoadedSearch, loadSearchModule } from '../../search/module/search-module.js'
import { onOneVersion } from '../../search/one-version.js'
import type { SearchExecutors } from '../../search/search.js'
import type { TrialSummary } from '../../search/trial-summary.js'
import type { BacktestResult, BundleIdentity } from '../../simulation/result.js'
import { BatchSize } from '../batch-size.js'
import type { Executor } from '../inline.js'
import {
  type PoolRunOptions,
  type PoolTrialOptions,
  poolExecutors,
  type RunOptions,
  type RunResult,
} from '../pool-executors.js'
import { TaskRun } from '../task-run.js'
import type { Wanted } from '../worker-messages.js'
import { engineIdentity } from './engine-identity.js'
import { checkJsonData, exactJson } from './exact-json.js'
import { type ModuleSource, readModuleSource } from './module-source.js'
import { QueueLink } from './queue-link.js'
import { QueuedRun, type QueueStatistics } from './queued-run.js'
import { queueName } from './range-job.js'
import { shownAddress } from './redis-connection.js'
import { folderResults, redisResults } from './result-store.js'
import { SharedFolder } from './shared-folder.js'

export interface RedisQueueOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss:` for TLS. */
  readonly url: string
  /** The search module (`search-module.ts`): a path or a `file:` address. */
  readonly module: string | URL
  /** Plain JSON data for a module that exports a function. */
  readonly options?: unknown
  /** Directory of a bundle that replaces the one of the module. */
  readonly bundle?: string
  /** Separates searches on one Redis: workers take the jobs of their queue; `search` if absent. */
  readonly queue?: string
  /**
   * A folder that all workers see (`shared-folder.ts`). The bundle and the source of the module go
   * there, and results come back as files. If absent, each worker has both, and results come
   * through Redis.
   */
  readonly folder?: string
  /** How long Redis, or all workers, may be away before a search fails, ms; 60 000 if absent. */
  readonly patienceMs?: number
}

/**
 * Runs the backtests of searches on other machines, through a queue in Redis, with the same results
 * as the inline executor and the errors of a worker pool. Workers are started with `assay worker`
 * or `queueWorker`.
 */
export interface RedisQueue {
  /** Connects to Redis and checks the search module. @throws as an executor */
  start(): Promise<void>
  /**
   * Runs tasks for their figures.
   *
   * @throws {EngineError} from `map`: `queue-unavailable`: Redis or all workers were away for too
   * long; `input-invalid`: a worker has another engine or another strategy; `worker-crashed`;
   * `bundle-changed`; `strategy-misuse` after `close`; errors of the backtests
   */
  trials(options?: PoolTrialOptions): Executor<TrialTask, TrialSummary>
  /** Runs tasks in full. @throws as `trials` */
  backtests(options?: PoolRunOptions): Executor<TrialTask, BacktestResult>
  /** Runs a search with the executors of this queue. */
  search<Result>(
    use: (executors: SearchExecutors) => Promise<Result>,
    options?: PoolTrialOptions,
  ): Promise<Result>
  /** What was done since the queue was opened. */
  statistics(): QueueStatistics
  /** Ends the connection, and any run under way with an error. It may be called again. */
  close(): Promise<void>
}

/** Work of a range: long against the cost of a job, short against a search. */
const RANGE_MS = 2000
const MOST_TASKS = 20_000
/** A result in full takes as much space as a thousand summaries. */
const MOST_BACKTESTS = 16
const PATIENCE_MS = 60_000

/**
 * A queue of searches in Redis; it connects with the first task. The packages `bullmq` and
 * `ioredis` must be installed.
 *
 * @throws {EngineError} `input-invalid`: an address, a name or options that cannot be used
 */
export function redisQueue(options: RedisQueueOptions): RedisQueue {
  return new Coordinator(options)
}

/** What is needed before the first job. */
interface Opened {
  readonly link: QueueLink
  readonly search: LoadedSearch
  readonly source: ModuleSource
}

class Coordinator implements RedisQueue {
  readonly #given: RedisQueueOptions
  readonly #queue: string
  readonly #folder: SharedFolder | undefined
  readonly #sizes = { trials: new BatchSize(RANGE_MS), backtests: new BatchSize(RANGE_MS) }
  readonly #done = { jobs: 0, tasks: 0, lost: 0, busyMs: 0, workers: 0 }
  readonly #runs = new Set<TaskRun>()
  readonly #executors = poolExecutors((...run) => this.#map(...run))
  #opening: Promise<Opened> | undefined
  #closing: Promise<void> | undefined

  constructor(options: RedisQueueOptions) {
    shownAddress(options.url)
    checkJsonData(options.options, 'options')
    this.#given = options
    this.#queue = queueName(options.queue)
    this.#folder = options.folder === undefined ? undefined : new SharedFolder(options.folder)
  }

  async start(): Promise<void> {
    await this.#open()
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
    return use({ trials: this.trials(options), backtests: this.backtests(options) })
  }

  statistics(): QueueStatistics {
    return { ...this.#done }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const run of this.#runs) run.abort(closed())
    const opened = await this.#opening?.catch(() => undefined)
    await opened?.link.close()
  }

  async #open(): Promise<Opened> {
    this.#checkOpen()
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #connect(): Promise<Opened> {
    const { url, module, options, bundle, patienceMs = PATIENCE_MS } = this.#given
    const source = await readModuleSource(module)
    const given = { options, ...(bundle !== undefined && { bundle }) }
    const search = await loadSearchModule(module, given)
    await this.#folder?.addModule(source)
    const link = await QueueLink.open(url, this.#queue, Math.min(patienceMs, 5000))
    return { link, search, source }
  }

  async #map(
    tasks: readonly TrialTask[],
    wanted: Wanted,
    options: RunOptions,
  ): Promise<readonly RunResult[]> {
    this.#checkOpen()
    options.signal?.throwIfAborted()
    if (tasks.length === 0) return []
    const opened = await this.#open()
    const bundle = await this.#bundleOf(opened.search)
    const map = () => this.#run(opened, bundle, tasks, wanted, options)
    return onOneVersion({ map }, bundle.version).map(tasks)
  }

  /** Once for each run: the bundle may change between runs. */
  async #bundleOf({ bundle }: LoadedSearch): Promise<BundleIdentity> {
    if (this.#folder !== undefined) return this.#folder.addBundle(bundle)
    const { name, version } = (await readManifest(bundle)).manifest
    return { name, version }
  }

  async #run(
    { link, source }: Opened,
    bundle: BundleIdentity,
    tasks: readonly TrialTask[],
    wanted: Wanted,
    { signal, onResults }: RunOptions,
  ): Promise<readonly RunResult[]> {
    this.#checkOpen()
    signal?.throwIfAborted()
    const run = new TaskRun(tasks, wanted, undefined, onResults)
    const store =
      this.#folder === undefined
        ? redisResults(link.redis, this.#queue)
        : folderResults(this.#folder)
    const setting = {
      link,
      store,
      size: this.#sizes[wanted.kind],
      mostTasks: wanted.kind === 'trials' ? MOST_TASKS : MOST_BACKTESTS,
      patienceMs: this.#given.patienceMs ?? PATIENCE_MS,
      done: this.#done,
    }
    const { entry, digest } = source
    const template = {
      engine: engineIdentity(),
      module: { entry, digest },
      bundle,
      options: this.#given.options === undefined ? '' : exactJson(this.#given.options),
      wanted,
    }
    this.#runs.add(run)
    try {
      const results = await new QueuedRun(setting, run, template).finish(signal)
      return results as readonly RunResult[]
    } finally {
      this.#runs.delete(run)
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closed()
  }
}

function closed(): EngineError {
  return new EngineError('strategy-misuse', 'this queue is closed; open another one')
}
