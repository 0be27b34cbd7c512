/** What a cache needs from its storage. `Lru` is the one in use; another one may keep entries elsewhere. */
export interface CacheStore<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
}

export interface LruLimits<Value> {
  /** Most entries kept; unbounded where absent. */
  readonly maxEntries?: number
  /** Most bytes kept, by `weigh`; unbounded where absent. */
  readonly maxBytes?: number
  /** Bytes of a value; 0 for all where absent. Called once per `set`. */
  readonly weigh?: (value: Value) => number
}

/** What a cache did so far. `bytes` and `entries` are what it holds now. */
export interface LruCounters {
  readonly hits: number
  readonly misses: number
  readonly evictions: number
  /** Values larger than the whole limit: not stored. */
  readonly refusals: number
  readonly bytes: number
  readonly entries: number
}

interface Entry<Value> {
  readonly value: Value
  readonly bytes: number
}

/**
 * A cache bounded by entries and by bytes that lets the least recently used entry go first. O(1) per operation: a Map remembers insertion
 * order, and a use re-inserts. A value larger than the byte limit is refused, and whatever its key held is dropped with it.
 */
export class Lru<Value> implements CacheStore<Value> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #weigh: (value: Value) => number
  #hits = 0
  #misses = 0
  #evictions = 0
  #refusals = 0
  #bytes = 0

  constructor({ maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY, weigh = () => 0 }: LruLimits<Value>) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    this.#weigh = weigh
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) {
      this.#misses++
      return undefined
    }
    this.#hits++
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: Value): void {
    const bytes = this.#weigh(value)
    this.#remove(key)
    if (bytes > this.#maxBytes) {
      this.#refusals++
      return
    }
    this.#entries.set(key, { value, bytes })
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes || this.#entries.size > this.#maxEntries) this.#evictOldest()
  }

  /** Drops every entry; what was counted stays counted. */
  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  counters(): LruCounters {
    return {
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      refusals: this.#refusals,
      bytes: this.#bytes,
      entries: this.#entries.size,
    }
  }

  #evictOldest(): void {
    const oldest = this.#entries.keys().next()
    if (oldest.done === true) return
    this.#remove(oldest.value)
    this.#evictions++
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}
