import type { EngineLog } from '../log.js'
import type { CacheStore } from './lru.js'

/**
 * A store that never stops a run: what fails in reading or in writing is logged and counted, and
 * then it is as if nothing were kept.
 */
export class GuardedStore<Value, Key = string> implements CacheStore<Value, Key> {
  /** What the log calls this cache, e.g. `assetList`. */
  readonly name: string
  readonly #store: CacheStore<Value, Key>
  readonly #log: EngineLog
  #fallbacks = 0

  constructor(name: string, store: CacheStore<Value, Key>, log: EngineLog) {
    this.name = name
    this.#store = store
    this.#log = log
  }

  /** Number of times the cache failed and the run went on without it. */
  get fallbacks(): number {
    return this.#fallbacks
  }

  get(key: Key): Value | undefined {
    try {
      return this.#store.get(key)
    } catch (error) {
      this.failed('read', error)
      return undefined
    }
  }

  set(key: Key, value: Value): void {
    try {
      this.#store.set(key, value)
    } catch (error) {
      this.failed('write', error)
    }
  }

  /** Notes a failure of the cache and lets the run go on. */
  failed(step: string, error: unknown): void {
    this.#fallbacks++
    const reason = error instanceof Error ? error.message : String(error)
    this.#log.warn(
      { cache: this.name, operation: 'fall back', step, reason },
      'cache failed; continuing without it',
    )
  }
}
