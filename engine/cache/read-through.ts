import type { EngineLog } from '../log.js'
import { GuardedStore } from './guarded-store.js'
import type { CacheStore } from './lru.js'

/**
 * Reads through a store. A hit is returned unchanged. A miss is loaded once for all concurrent
 * readers (single flight), and if the load fails, its error is not kept. If the store fails to
 * read or write, the failure is logged and counted, and the value is loaded.
 */
export class ReadThrough<Value> {
  readonly #store: GuardedStore<Value>
  readonly #log: EngineLog
  readonly #loading = new Map<string, Promise<Value>>()

  /** @param name  the cache's name in the log, e.g. `assetList` */
  constructor(name: string, store: CacheStore<Value>, log: EngineLog) {
    this.#store = new GuardedStore(name, store, log)
    this.#log = log
  }

  /** Number of times the cache failed and the run continued without it. */
  get fallbacks(): number {
    return this.#store.fallbacks
  }

  /**
   * @throws the errors of `load`, since a bundle that cannot be read is not a failure of the cache
   */
  async read(key: string, load: () => Promise<Value>): Promise<Value> {
    const kept = this.#store.get(key)
    if (kept !== undefined) {
      this.#note('hit', key)
      return kept
    }
    const loading = this.#loading.get(key)
    if (loading !== undefined) {
      this.#note('wait', key)
      return loading
    }
    this.#note('miss', key)
    const flight = load()
      .then((value) => {
        this.#store.set(key, value)
        return value
      })
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, flight)
    return flight
  }

  /** Logs and counts a failure of the cache. */
  failed(step: string, error: unknown): void {
    this.#store.failed(step, error)
  }

  #note(operation: string, key: string): void {
    const store = this.#store
    this.#log.debug?.(
      { cache: store.name, operation, key, hitRate: store.hitRate },
      `cache ${operation}`,
    )
  }
}
