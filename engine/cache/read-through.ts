import type { EngineLog } from '../log.js'
import { GuardedStore } from './guarded-store.js'
import type { CacheStore } from './lru.js'

/**
 * Reads through a store: a hit is handed out as it is, a miss is loaded once however many ask for
 * it meanwhile (single flight), a failing load is not kept. A store that fails, in reading or in
 * writing, never stops the run: the value is loaded, the failure logged and counted.
 */
export class ReadThrough<Value> {
  readonly #store: GuardedStore<Value>
  readonly #log: EngineLog
  readonly #loading = new Map<string, Promise<Value>>()

  /** @param name  what the log calls this cache, e.g. `assetList` */
  constructor(name: string, store: CacheStore<Value>, log: EngineLog) {
    this.#store = new GuardedStore(name, store, log)
    this.#log = log
  }

  /** Number of times the cache failed and the run went on without it. */
  get fallbacks(): number {
    return this.#store.fallbacks
  }

  /** @throws whatever `load` throws: a bundle that cannot be read is no failure of the cache */
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

  /** Notes a failure of the cache and lets the run go on. */
  failed(step: string, error: unknown): void {
    this.#store.failed(step, error)
  }

  #note(operation: string, key: string): void {
    this.#log.debug?.({ cache: this.#store.name, operation, key }, `cache ${operation}`)
  }
}
