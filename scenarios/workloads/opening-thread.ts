import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import type { Counters, OptimizationConfig } from '../../engine/index.js'
import { packageRoot } from '../../harness/system/package-root.js'

export type ThreadQuestion = 'open' | 'count'
export type ThreadAnswer =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'read' } & TimedRead)
  | { readonly kind: 'counted'; readonly counters: Counters }

/** One bundle opened and read completely. */
export interface TimedRead {
  /**
   * Wall time in the thread from the start of opening until bars and adjustments are decoded, ms.
   */
  readonly ms: number
  readonly version: string
  /** SHA-256 of the data read, 64 hexadecimal digits. */
  readonly checksum: string
}

/**
 * What a thread runs. A worker loads JavaScript only, so it is the compiled module, even where this
 * one is not compiled; and this one may be part of a bundle in another folder.
 */
const MODULE = join(packageRoot(), 'dist', 'scenarios', 'workloads', 'opening-worker.js')

/**
 * A worker thread that opens a bundle on request, from a source of its own. It handles one request
 * at a time.
 */
export class OpeningThread {
  readonly #worker: Worker
  readonly #failed: Promise<never>
  readonly #begin = performance.now()

  /**
   * Starts the thread. The caller must always terminate it, even after an error.
   *
   * @param config     of the thread's source of bundles, with or without a pool
   * @param directory  of the bundle
   */
  constructor(config: OptimizationConfig, directory: string) {
    this.#worker = new Worker(MODULE, { workerData: { config, directory } })
    this.#failed = new Promise<never>((_, reject) => {
      this.#worker.once('error', reject)
      this.#worker.once('exit', () =>
        reject(new Error('a worker thread ended before it had answered')),
      )
    })
    // The thread may fail while no request is waiting. Then the next request reports the failure.
    this.#failed.catch(() => undefined)
  }

  /** @returns the time from the constructor until the thread has loaded its modules, ms */
  async ready(): Promise<number> {
    await this.#answer('ready')
    return performance.now() - this.#begin
  }

  /** @throws the errors of opening and reading the bundle */
  async open(): Promise<TimedRead> {
    this.#worker.postMessage('open' satisfies ThreadQuestion)
    const { ms, version, checksum } = await this.#answer('read')
    return { ms, version, checksum }
  }

  /** The counters of the thread's source and pool. This must be the last request. */
  async counters(): Promise<Counters> {
    this.#worker.postMessage('count' satisfies ThreadQuestion)
    return (await this.#answer('counted')).counters
  }

  /** Ends the thread, even during a request. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  async #answer<Kind extends ThreadAnswer['kind']>(
    kind: Kind,
  ): Promise<Extract<ThreadAnswer, { kind: Kind }>> {
    const answered = new Promise<ThreadAnswer>((resolve) => this.#worker.once('message', resolve))
    const answer = await Promise.race([answered, this.#failed])
    if (answer.kind !== kind)
      throw new Error(`a worker thread answered ${answer.kind} where ${kind} was expected`)
    return answer as Extract<ThreadAnswer, { kind: Kind }>
  }
}
