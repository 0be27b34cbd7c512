import type { ResourceLimits } from 'node:worker_threads'
import type { SharedBundleData } from '../cache/shared-columns.js'
import { EngineError } from '../errors.js'
import { BatchSize } from './batch-size.js'
import { PoolWorker } from './pool-worker.js'
import type { Batch, TaskRun } from './task-run.js'
import type { BatchDone, WorkerStart } from './worker-messages.js'

/** What one worker of a pool has done, its replacements included. */
export interface WorkerStatistics {
  readonly batches: number
  readonly tasks: number
  /** How often its thread ended and was replaced. */
  readonly restarts: number
  /** Time in which it ran batches, ms. */
  readonly busyMs: number
  /** Why its thread ended the last time it did. */
  readonly lastEnd?: string
}

/** A place for a thread, and its thread if it has started. */
interface Place {
  worker: PoolWorker | undefined
  /** Threads that ended before their module was loaded, since the last that did not. */
  failedStarts: number
  readonly done: { -readonly [Figure in keyof WorkerStatistics]: WorkerStatistics[Figure] }
}

/** A thread that ends before its module is loaded is started again once. */
const STARTS = 2
/** Where a thread has loaded the module, the fault may lie elsewhere, and more starts are tried. */
const STARTS_OF_LOADABLE = 10
/** Time a thread gets to end a task that no run waits for any more, ms. */
const GRACE_MS = 1000
/** A worker has at most one batch running and one waiting. */
const MOST_BATCHES = 2

/**
 * The threads of a pool and the runs they work on, the earliest run first. A thread gets a batch
 * when it has none, and a second one while it works if batches are short.
 */
export class Workers {
  readonly #start: Omit<WorkerStart, 'progress'>
  readonly #limits: ResourceLimits | undefined
  readonly #places: readonly Place[]
  readonly #runs = new Map<TaskRun, SharedBundleData | undefined>()
  readonly #sizes = { trials: new BatchSize(), backtests: new BatchSize() }
  /** Threads that are being ended. */
  readonly #ending = new Set<Promise<void>>()
  #hasLoaded = false
  #users = 0
  #loading: Loading | undefined

  constructor(
    count: number,
    start: Omit<WorkerStart, 'progress'>,
    limits: ResourceLimits | undefined,
  ) {
    this.#start = start
    this.#limits = limits
    this.#places = Array.from({ length: count }, () => ({
      worker: undefined,
      failedStarts: 0,
      done: { batches: 0, tasks: 0, restarts: 0, busyMs: 0 },
    }))
  }

  /**
   * Starts threads for a number of tasks, unless they have started.
   *
   * @returns the directory of the bundle, as soon as one thread has loaded the module
   * @throws {EngineError} `input-invalid`: the module cannot be used; `worker-crashed`
   */
  directory(tasks: number): Promise<string> {
    this.#startFor(tasks)
    return this.#loading!.promise
  }

  /** Runs tasks to their end; see `TaskRun`. */
  async complete(
    run: TaskRun,
    data: SharedBundleData | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly unknown[]> {
    const onAbort = () => run.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#runs.set(run, data)
    this.#giveOut()
    try {
      return await run.finished
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#runs.delete(run)
      this.#endStuck(run)
    }
  }

  /** Keeps the process alive until the returned function is called. */
  keepAlive(): () => void {
    this.#users++
    for (const { worker } of this.#places) worker?.keepAlive(true)
    return () => {
      this.#users--
      if (this.#users > 0) return
      for (const { worker } of this.#places) worker?.keepAlive(false)
    }
  }

  /** Ends every run with an error. */
  abortAll(error: Error): void {
    this.#loading?.reject(error)
    for (const run of this.#runs.keys()) run.abort(error)
  }

  /** Whether no run is under way. */
  get areIdle(): boolean {
    return this.#users === 0
  }

  /** Ends all threads; they start again with the next run. Runs under way must have ended. */
  async end(): Promise<void> {
    this.#loading = undefined
    for (const place of this.#places) this.#endAt(place)
    await Promise.all(this.#ending)
  }

  #endAt(place: Place): void {
    const ending = place.worker?.end()
    place.worker = undefined
    if (ending === undefined) return
    this.#ending.add(ending)
    void ending.finally(() => this.#ending.delete(ending))
  }

  forget(bundle: number): void {
    for (const { worker } of this.#places) worker?.forget(bundle)
  }

  statistics(): readonly WorkerStatistics[] {
    return this.#places.map(({ done }) => ({ ...done }))
  }

  #startFor(tasks: number): void {
    let idle = this.#places.filter(({ worker }) => worker?.batches.length === 0).length
    for (const place of this.#places) {
      if (idle >= tasks) break
      if (place.worker !== undefined) continue
      this.#startAt(place)
      idle++
    }
    this.#loading ??= new Loading()
  }

  #startAt(place: Place): void {
    this.#loading ??= new Loading()
    const loading = this.#loading
    const worker = new PoolWorker(this.#start, this.#limits, {
      onLoaded: (bundle) => {
        place.failedStarts = 0
        this.#hasLoaded = true
        loading.resolve(bundle)
        this.#giveOut()
      },
      onRefused: (error) => this.#refuse(error),
      onDone: (batch, done) => this.#onDone(place, batch, done),
      onCrash: (cause) => this.#onCrash(place, worker, cause),
    })
    worker.keepAlive(this.#users > 0)
    place.worker = worker
  }

  /** First one batch for each thread, then one to wait for each whose batches are short. */
  #giveOut(): void {
    this.#startFor(this.#left())
    for (let batches = 0; batches < MOST_BATCHES; batches++)
      for (const { worker } of this.#places)
        if (worker?.isLoaded && worker.batches.length === batches) this.#giveTo(worker)
  }

  #giveTo(worker: PoolWorker): void {
    for (const [run, data] of this.#runs) {
      const size = this.#sizes[run.wanted.kind]
      if (run.left === 0 || (worker.batches.length > 0 && !size.isWorthQueueing)) continue
      worker.run(run.take(size.next(run.left, this.#places.length))!, data)
      return
    }
  }

  #left(): number {
    let left = 0
    for (const run of this.#runs.keys()) left += run.left
    return left
  }

  #onDone({ done: figures }: Place, batch: Batch, done: BatchDone): void {
    const { results, busyMs } = done
    figures.batches++
    figures.tasks += results.length
    figures.busyMs += busyMs
    this.#sizes[batch.run.wanted.kind].ran(results.length, busyMs)
    batch.run.done(batch, done)
    this.#giveOut()
  }

  #onCrash(place: Place, worker: PoolWorker, cause: string): void {
    if (place.worker !== worker) return
    place.worker = undefined
    place.done.restarts++
    place.done.lastEnd = cause
    const { running } = worker
    for (const batch of worker.batches)
      if (batch === running?.batch) batch.run.crashed(batch, running.index, cause)
      else batch.run.giveBack(batch)
    if (!worker.isLoaded) this.#onFailedStart(place, cause)
    this.#giveOut()
  }

  #onFailedStart(place: Place, cause: string): void {
    place.failedStarts++
    const starts = this.#hasLoaded ? STARTS_OF_LOADABLE : STARTS
    if (place.failedStarts < starts) {
      this.#startAt(place)
      return
    }
    place.failedStarts = 0
    const { module } = this.#start
    this.#refuse(
      new EngineError(
        'worker-crashed',
        `a worker ended ${starts} times before it had loaded ${module}: ${cause}; correct the module`,
        { details: { file: module } },
      ),
    )
  }

  /** The module is of no use: ends all runs and threads, so that the next run loads it again. */
  #refuse(error: Error): void {
    this.abortAll(error)
    void this.end()
  }

  /** Replaces threads that still run a task of an ended run after a while. */
  #endStuck(run: TaskRun): void {
    for (const place of this.#places) {
      const { worker } = place
      const [batch] = worker?.batches ?? []
      if (worker === undefined || batch?.run !== run) continue
      setTimeout(() => {
        if (place.worker !== worker || worker.batches[0] !== batch) return
        this.#endAt(place)
        place.done.restarts++
        place.done.lastEnd = 'it did not end a trial that was cancelled'
        for (const other of worker.batches) other.run.giveBack(other)
        this.#giveOut()
      }, GRACE_MS).unref()
    }
  }
}

/** The directory of the bundle, once a thread has loaded the module. */
class Loading {
  readonly promise: Promise<string>
  resolve!: (directory: string) => void
  reject!: (error: unknown) => void

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // A run that waits for it reports the error; there may be none.
    this.promise.catch(() => undefined)
  }
}
