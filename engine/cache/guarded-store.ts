import { messageOf } from '../errors.js'
import type { EngineLog } from '../log.js'
import { loggedHitRate } from './cache-stats.js'
import type { CacheStore } from './lru.js'

/**
 * A store whose failures do not stop a run. A failed read is logged, counted and treated as a
 * miss. A failed write is logged, counted and skipped.
 */
export class GuardedStore<Value, Key = string> implements CacheStore<Value, Key> {
  /** The cache's name in the log, e.g. `assetList`. */
  readonly name: string
  readonly #store: CacheStore<Value, Key>
  readonly #log: EngineLog
  #fallbacks = 0
  #hits = 0
  #misses = 0

  constructor(name: string, store: CacheStore<Value, Key>, log: EngineLog) {
    this.name = name
    this.#store = store
    this.#log = log
  }

  /** Number of times the cache failed and the run continued without it. */
  get fallbacks(): number {
    return this.#fallbacks
  }

  /** Hits per look-up so far, for the log; undefined before the first. */
  get hitRate(): number | undefined {
    return loggedHitRate(this.#hits, this.#misses)
  }

  get(key: Key): Value | undefined {
    const value = this.#read(key)
    if (value === undefined) this.#misses++
    else this.#hits++
    return value
  }

  set(key: Key, value: Value): void {
    try {
      this.#store.set(key, value)
    } catch (error) {
      this.failed('write', error)
    }
  }

  #read(key: Key): Value | undefined {
    try {
      return this.#store.get(key)
    } catch (error) {
      this.failed('read', error)
      return undefined
    }
  }

  /** Logs and counts a failure of the cache. */
  failed(step: string, error: unknown): void {
    this.#fallbacks++
    this.#log.warn(
      { cache: this.name, operation: 'fall back', step, reason: messageOf(error) },
      'cache failed; continuing without it',
    )
  }
}
