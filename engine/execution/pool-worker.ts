import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ResourceLimits, Worker } from 'node:worker_threads'
import type { SharedBundleData } from '../cache/shared-columns.js'
import { EngineError, messageOf } from '../errors.js'
import { revive } from './carried-error.js'
import type { Batch } from './task-run.js'
import {
  type BatchDone,
  type FromWorker,
  IDLE,
  type ToWorker,
  type WorkerStart,
} from './worker-messages.js'

/**
 * A backtest makes much garbage and keeps little. With the limits that Node sets, a thread would
 * take 75 MB before it collects any; with these it takes 26 to 33 MB, all of its code included.
 */
const LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 1024 }

/** What becomes of a worker. */
export interface PoolWorkerEvents {
  /** Its module is loaded; `bundle` is the directory of the bundle. */
  onLoaded(bundle: string): void
  /** Its module cannot be used; the thread is to be ended. */
  onRefused(error: Error): void
  /** It has run the batch it was given first. */
  onDone(batch: Batch, done: BatchDone): void
  /** It ended although nothing had ended it. @param cause  in words */
  onCrash(cause: string): void
}

/**
 * One thread of a pool. It runs the batches it was given in their order, and loads the search
 * module before the first.
 */
export class PoolWorker {
  readonly #worker: Worker
  readonly #progress = new Int32Array(new SharedArrayBuffer(4))
  readonly #bundles = new Set<number>()
  readonly #events: PoolWorkerEvents
  /** The batch that is running, then those that wait. */
  readonly batches: Batch[] = []
  #isLoaded = false
  #isEnded = false
  #fault: string | undefined

  /** Starts the thread. @param limits  in place of those that are usual here */
  constructor(
    start: Omit<WorkerStart, 'progress'>,
    limits: ResourceLimits | undefined,
    events: PoolWorkerEvents,
  ) {
    this.#events = events
    this.#progress[0] = IDLE
    this.#worker = new Worker(workerFile(), {
      workerData: { ...start, progress: this.#progress } satisfies WorkerStart,
      resourceLimits: { ...LIMITS, ...limits },
    })
    this.#worker.on('message', (message: FromWorker) => this.#receive(message))
    this.#worker.once('error', (error: unknown) => {
      this.#fault = messageOf(error)
    })
    this.#worker.once('exit', (code) => {
      if (this.#isEnded) return
      this.#isEnded = true
      events.onCrash(this.#fault ?? `its thread exited with code ${code}`)
    })
  }

  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** The batch and the number of the task that is running, if one is. */
  get running(): { readonly batch: Batch; readonly index: number } | undefined {
    const index = Atomics.load(this.#progress, 0)
    const batch = this.batches.find(
      ({ first, tasks }) => first <= index && index < first + tasks.length,
    )
    return batch && { batch, index }
  }

  /**
   * Gives it a batch.
   *
   * @param data  the shared bundle of the batch, sent to a worker that does not have it yet
   */
  run(batch: Batch, data: SharedBundleData | undefined): void {
    const { first, tasks, run } = batch
    const { wanted, stop, bundle } = run
    if (bundle !== undefined && data !== undefined && !this.#bundles.has(bundle)) {
      this.#bundles.add(bundle)
      this.#send({ kind: 'bundle', number: bundle, data })
    }
    this.batches.push(batch)
    this.#send({
      kind: 'batch',
      wanted,
      first,
      tasks,
      stop,
      ...(bundle !== undefined && { bundle }),
    })
  }

  /** Lets go of a shared bundle. */
  forget(number: number): void {
    if (this.#bundles.delete(number)) this.#send({ kind: 'forget', number })
  }

  /** Whether the thread keeps the process alive. */
  keepAlive(isWanted: boolean): void {
    if (isWanted) this.#worker.ref()
    else this.#worker.unref()
  }

  /** Ends the thread, even during a task. */
  async end(): Promise<void> {
    this.#isEnded = true
    this.#worker.ref()
    await this.#worker.terminate()
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromWorker): void {
    if (this.#isEnded) return
    if (message.kind === 'done') this.#events.onDone(this.batches.shift()!, message)
    else if (message.kind === 'refused') this.#events.onRefused(revive(message.error))
    else {
      this.#isLoaded = true
      this.#events.onLoaded(message.bundle)
    }
  }
}

const WORKER_FILE = join('dist', 'engine', 'execution', 'search-worker.js')
let foundFile: string | undefined

/**
 * The file that a thread runs. A thread loads JavaScript only, so it is the compiled one, even
 * where this module is not compiled; and this module may be part of a joined file elsewhere.
 *
 * @throws {EngineError} `input-invalid`: there is none
 */
export function workerFile(): string {
  if (foundFile !== undefined) return foundFile
  const here = dirname(fileURLToPath(import.meta.url))
  for (let folder = here; ; folder = dirname(folder)) {
    const file = join(folder, WORKER_FILE)
    if (existsSync(file)) {
      foundFile = file
      return file
    }
    if (folder === dirname(folder))
      throw new EngineError(
        'input-invalid',
        `no ${WORKER_FILE} above ${here}; build or install the package, and do not join it into another file`,
        { details: { file: here } },
      )
  }
}
