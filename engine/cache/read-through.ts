import type { EngineLog } from '../log.js'
import type { CacheStore } from './lru.js'

/**
 * Reads through a store: a hit is handed out as it is, a miss is loaded once however many ask for it meanwhile (single flight), a failing
 * load is not kept. A store that fails, in reading or in writing, never stops the run: the value is loaded, the failure logged and counted.
 */
export class ReadThrough<Value> {
  readonly #name: string
  readonly #store: CacheStore<Value>
  readonly #log: EngineLog
  readonly #loading = new Map<string, Promise<Value>>()
  #fallbacks = 0

  /** @param name  what the log calls this cache, e.g. `assetList` */
  constructor(name: string, store: CacheStore<Value>, log: EngineLog) {
    this.#name = name
    this.#store = store
    this.#log = log
  }

  /** Number of times the cache failed and the run went on without it. */
  get fallbacks(): number {
    return this.#fallbacks
  }

  /** @throws whatever `load` throws: a bundle that cannot be read is no failure of the cache */
  async read(key: string, load: () => Promise<Value>): Promise<Value> {
    const kept = this.#kept(key)
    if (kept !== undefined) return kept
    const loading = this.#loading.get(key)
    if (loading !== undefined) return loading
    const flight = load()
      .then((value) => {
        this.#keep(key, value)
        return value
      })
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, flight)
    return flight
  }

  /** Notes a failure of the cache and lets the run go on. */
  failed(step: string, error: unknown): void {
    this.#fallbacks++
    const reason = error instanceof Error ? error.message : String(error)
    this.#log.warn({ cache: this.#name, step, reason }, 'cache failed; continuing without it')
  }

  #kept(key: string): Value | undefined {
    try {
      return this.#store.get(key)
    } catch (error) {
      this.failed('read', error)
      return undefined
    }
  }

  #keep(key: string, value: Value): void {
    try {
      this.#store.set(key, value)
    } catch (error) {
      this.failed('write', error)
    }
  }
}
