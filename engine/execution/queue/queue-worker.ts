import { availableParallelism, hostname } from 'node:os'
import type { Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { shortVersion } from '../../bundle/version.js'
import { defaults, enable, type OptimizationConfig } from '../../config.js'
import { isPositiveWhole } from '../../config-variables.js'
import { EngineError } from '../../errors.js'
import type { TrialTask } from '../../search/grid.js'
import type { TrialSummary } from '../../search/trial-summary.js'
import { type CarriedError, carry } from '../carried-error.js'
import type { FailedTrial } from '../task-run.js'
import type { WorkerPool } from '../worker-pool.js'
import { exactJson, parseExactJson } from './exact-json.js'
import { keyOf, PREFIX, queueName, type RangeJob, type RangeOutcome } from './range-job.js'
import {
  connectRedis,
  loadQueuePackages,
  type QueuePackages,
  shownAddress,
} from './redis-connection.js'
import { folderResults, packResults, type ResultStore, redisResults } from './result-store.js'
import { SharedFolder } from './shared-folder.js'
import { WorkerSearches } from './worker-searches.js'

export interface QueueWorkerOptions {
  /** As of the coordinator. */
  readonly url: string
  /** As of the coordinator. */
  readonly queue?: string
  /** The shared folder, from which modules and bundles come. Give this or `module`. */
  readonly folder?: string
  /** The only search module that may run; its source must be that of the coordinator. */
  readonly module?: string
  /** Directory of a bundle in place of that of `module`. */
  readonly bundle?: string
  /** Number of threads; as many as there are processors if absent. */
  readonly workers?: number
  /** Of the engine in each thread; `defaults()` with shared bundles if absent. */
  readonly config?: OptimizationConfig
  /** How long to try to connect at the start, ms; 60 000 if absent. */
  readonly patienceMs?: number
  readonly onEvent?: (event: QueueWorkerEvent) => void
}

/** What a worker does, for people who watch it. */
export type QueueWorkerEvent =
  | { readonly kind: 'waiting'; readonly address: string; readonly queue: string }
  | { readonly kind: 'ran'; readonly trials: number; readonly ms: number }
  | { readonly kind: 'refused'; readonly error: Error }
  | { readonly kind: 'trouble'; readonly error: Error }

/** A process that runs the jobs of a queue. */
export interface QueueWorker {
  /** Trials that were run, and jobs that were refused. */
  statistics(): { readonly trials: number; readonly jobs: number; readonly refused: number }
  /**
   * Takes no more jobs, finishes the ranges under way or, after 10 s, gives them back to the queue,
   * and ends the threads.
   */
  close(): Promise<void>
}

const PATIENCE_MS = 60_000
/** One range runs; the next one is there when it ends. */
const CONCURRENCY = 2
/** A worker that does not renew the lock of its job for so long has ended, ms. */
const LOCK_MS = 6000
const STALLED_CHECK_MS = 2000
/** So often a job is given to another worker after the worker that ran it has ended. */
const MOST_STALLS = 10
const LOOK_FOR_CANCEL_MS = 500
const GRACE_MS = 10_000

/**
 * Starts to take jobs from a queue in Redis. A worker that loses Redis waits until it is back.
 *
 * @throws {EngineError} `input-invalid`: options, or BullMQ is not installed; `queue-unavailable`
 */
export async function queueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { folder, module, workers = availableParallelism() } = options
  if ((folder === undefined) === (module === undefined))
    throw new EngineError(
      'input-invalid',
      'a worker of a queue needs either a shared folder or a module; give one of them',
    )
  if (!isPositiveWhole(workers))
    throw new EngineError('input-invalid', `${String(workers)} workers; give a whole number from 1`)
  const queue = queueName(options.queue)
  const packages = await loadQueuePackages()
  const redis = await connectRedis(packages, options.url, options.patienceMs ?? PATIENCE_MS)
  return new RangeWorker(options, queue, workers, packages, redis)
}

class RangeWorker implements QueueWorker {
  readonly #queue: string
  readonly #onEvent: (event: QueueWorkerEvent) => void
  readonly #packages: QueuePackages
  readonly #redis: Redis
  readonly #worker: Worker
  readonly #store: ResultStore
  readonly #searches: WorkerSearches
  readonly #name = `${hostname()}-${process.pid}`
  readonly #done = { trials: 0, jobs: 0, refused: 0 }
  /** Aborts what runs, to give it back. */
  readonly #giveBack = new AbortController()
  #lastEnd = 0
  #closing: Promise<void> | undefined

  constructor(
    options: QueueWorkerOptions,
    queue: string,
    workers: number,
    packages: QueuePackages,
    redis: Redis,
  ) {
    const { module, bundle, config = usualConfig(), onEvent = () => undefined } = options
    const folder = options.folder === undefined ? undefined : new SharedFolder(options.folder)
    this.#queue = queue
    this.#onEvent = onEvent
    this.#packages = packages
    this.#redis = redis
    this.#store = folder === undefined ? redisResults(redis, queue) : folderResults(folder)
    this.#searches = new WorkerSearches({
      ...(folder !== undefined && { folder }),
      ...(module !== undefined && { module }),
      ...(bundle !== undefined && { bundle }),
      workers,
      config,
    })
    this.#worker = this.#listen()
    onEvent({ kind: 'waiting', address: shownAddress(options.url), queue })
  }

  #listen(): Worker {
    const { Worker } = this.#packages.bullmq
    const worker = new Worker(this.#queue, (job, token) => this.#take(job, token), {
      connection: this.#redis,
      prefix: PREFIX,
      name: this.#name,
      concurrency: CONCURRENCY,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MOST_STALLS,
      runRetryDelay: 1000,
    })
    worker.on('error', (error) => this.#onEvent({ kind: 'trouble', error }))
    return worker
  }

  statistics() {
    return { ...this.#done }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const timer = setTimeout(() => this.#giveBack.abort(new GivenBack()), GRACE_MS)
    const isForced = this.#redis.status !== 'ready'
    await this.#worker.close(isForced)
    clearTimeout(timer)
    this.#giveBack.abort(new GivenBack())
    await this.#searches.close()
    this.#redis.disconnect()
  }

  /** The outcome as text: BullMQ keeps it as the value of the job. */
  async #take(job: Job<RangeJob>, token: string | undefined): Promise<string> {
    const id = job.id!
    const cancel = new AbortController()
    const timer = setInterval(() => void this.#lookForCancel(id, cancel), LOOK_FOR_CANCEL_MS)
    try {
      const signal = AbortSignal.any([cancel.signal, this.#giveBack.signal])
      return exactJson(await this.#outcomeOf(id, job.data, signal))
    } catch (error) {
      if (!(error instanceof GivenBack)) throw error
      await job.moveToWait(token)
      throw new this.#packages.bullmq.WaitingError()
    } finally {
      clearInterval(timer)
    }
  }

  async #lookForCancel(id: string, cancel: AbortController): Promise<void> {
    if (this.#redis.status !== 'ready') return
    const isCancelled = await this.#redis.exists(keyOf(this.#queue, 'cancelled', id)).catch(() => 0)
    if (isCancelled) cancel.abort(new Cancelled())
  }

  async #outcomeOf(id: string, job: RangeJob, signal: AbortSignal): Promise<RangeOutcome> {
    try {
      const isCancelled = await this.#redis.exists(keyOf(this.#queue, 'cancelled', id))
      if (isCancelled) return { kind: 'cancelled' }
      const ran = await this.#searches.use(job, (pool) => this.#run(pool, job, signal))
      const { bytes, sha256 } = await packResults(ran.results)
      await this.#store.put(id, bytes)
      this.#count(ran)
      const { busyMs, failed } = ran
      return { kind: 'done', sha256, busyMs, ...(failed !== undefined && { failed }) }
    } catch (error) {
      if (error instanceof Cancelled) return { kind: 'cancelled' }
      if (!(error instanceof EngineError)) throw error
      this.#done.refused++
      const named = this.#named(error)
      this.#onEvent({ kind: 'refused', error: named })
      return { kind: 'refused', error: carry(named) }
    }
  }

  #count({ results, busyMs }: Ran): void {
    this.#done.jobs++
    this.#done.trials += results.length
    this.#onEvent({ kind: 'ran', trials: results.length, ms: busyMs })
  }

  async #run(pool: WorkerPool, job: RangeJob, signal: AbortSignal): Promise<Ran> {
    await pool.start()
    const tasks = parseExactJson(job.tasks) as readonly TrialTask[]
    const begin = performance.now()
    const ran = await runTasks(pool, job, tasks, signal)
    const end = performance.now()
    // While one range runs, the next one waits: that is not its work.
    const busyMs = end - Math.max(begin, this.#lastEnd)
    this.#lastEnd = end
    checkVersion(ran.results, job)
    return { ...ran, busyMs }
  }

  /** An error that names this worker. */
  #named(error: EngineError): EngineError {
    const { code, message, details } = error
    return new EngineError(code, `worker ${this.#name}: ${message}`, { details, cause: error })
  }
}

interface Ran {
  readonly results: readonly unknown[]
  readonly busyMs: number
  readonly failed?: { readonly index: number; readonly error: CarriedError }
}

/** The coordinator does not want a job any more. */
class Cancelled extends Error {}

/** This worker ends before the job has. */
class GivenBack extends Error {}

/** Results up to the first task that failed, with its error. */
async function runTasks(
  pool: WorkerPool,
  { wanted }: RangeJob,
  tasks: readonly TrialTask[],
  signal: AbortSignal,
): Promise<Omit<Ran, 'busyMs'>> {
  const early: TrialSummary[] = []
  const onResults = (first: number, results: readonly TrialSummary[]) => {
    for (const [i, result] of results.entries()) early[first + i] = result
  }
  try {
    if (wanted.kind === 'backtests') return { results: await pool.backtests({ signal }).map(tasks) }
    const { objective } = wanted
    const trials = pool.trials({
      signal,
      onResults,
      ...(objective !== undefined && { objective }),
    })
    return { results: await trials.map(tasks) }
  } catch (error) {
    const { trial } = (error ?? {}) as { readonly trial?: FailedTrial }
    if (trial === undefined) throw error
    const { index } = trial
    const results = wanted.kind === 'trials' ? early.slice(0, index) : []
    return { results, failed: { index, error: carry(error) } }
  }
}

/** @throws {EngineError} `bundle-changed`: the results are of other data than those searched */
function checkVersion(results: readonly unknown[], { bundle }: RangeJob): void {
  const [first] = results as readonly Pick<TrialSummary, 'bundle'>[]
  if (first === undefined || first.bundle.version === bundle.version) return
  const [wanted, own] = [bundle.version, first.bundle.version].map(shortVersion)
  throw new EngineError(
    'bundle-changed',
    `bundle ${bundle.name} has version ${own} here and ${wanted} in the search; copy the bundle of the search here, or use a shared folder`,
    { details: { opened: bundle.version, found: first.bundle.version } },
  )
}

function usualConfig(): OptimizationConfig {
  return enable(defaults(), { persistentWorkers: true, sharedBundles: true })
}
