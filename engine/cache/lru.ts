import type { EngineLog } from '../log.js'
import { SharedMemory } from './shared-memory.js'

/** The storage of a cache; `Lru` implements it. */
export interface CacheStore<Value, Key = string> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
}

export interface LruLimits<Value> {
  /** Maximum number of entries; unbounded if absent. */
  readonly maxEntries?: number
  /** Maximum bytes, counted by `weigh` and `shares`; unbounded if absent. */
  readonly maxBytes?: number
  /** The unshared bytes of a value. If absent, values count 0 bytes. Called once per `set`. */
  readonly weigh?: (value: Value) => number
  /** The memory that values share. It counts once for all entries that hold it. */
  readonly shares?: SharesOf<Value>
  /** Logs every store, refusal, eviction and clearing. */
  readonly notes?: LruNotes
}

export interface SharesOf<Value> {
  /** The shared objects of a value, possibly repeated. Called once per `set`. */
  of(value: Value): readonly object[]
  /** Bytes of one shared object. They must not change while the object is held. */
  bytes(held: object): number
}

export interface LruNotes {
  /** The cache's name in the log. */
  readonly name: string
  readonly log: EngineLog
}

/**
 * Counts since the cache was made, except `bytes` and `entries`, which describe its present
 * content.
 */
export interface LruCounters {
  readonly hits: number
  readonly misses: number
  readonly evictions: number
  /** Values larger than the byte limit, which were not stored. */
  readonly refusals: number
  readonly bytes: number
  readonly entries: number
}

interface Entry<Value, Key> {
  readonly key: Key
  readonly value: Value
  readonly bytes: number
  readonly held: readonly object[]
  older: Entry<Value, Key> | undefined
  newer: Entry<Value, Key> | undefined
}

const NONE: readonly object[] = []

/**
 * A cache bounded by entries and by bytes that evicts the least recently used entry first. O(1)
 * per operation: entries are linked from the least to the most recently used, so a hit takes one
 * look-up and hashes nothing again. If a value is larger than the byte limit, it is refused and
 * the old value of its key is dropped.
 */
export class Lru<Value, Key = string> implements CacheStore<Value, Key> {
  readonly #entries = new Map<Key, Entry<Value, Key>>()
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #weigh: (value: Value) => number
  readonly #sharesOf: (value: Value) => readonly object[]
  readonly #shared: SharedMemory
  readonly #notes: LruNotes | undefined
  #oldest: Entry<Value, Key> | undefined
  #newest: Entry<Value, Key> | undefined
  #hits = 0
  #misses = 0
  #evictions = 0
  #refusals = 0
  #ownBytes = 0

  constructor(limits: LruLimits<Value>) {
    this.#maxEntries = limits.maxEntries ?? Number.POSITIVE_INFINITY
    this.#maxBytes = limits.maxBytes ?? Number.POSITIVE_INFINITY
    this.#weigh = limits.weigh ?? (() => 0)
    this.#sharesOf = limits.shares?.of ?? (() => NONE)
    this.#shared = new SharedMemory(limits.shares?.bytes ?? (() => 0))
    this.#notes = limits.notes
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) {
      this.#misses++
      return undefined
    }
    this.#hits++
    if (entry !== this.#newest) {
      this.#unlink(entry)
      this.#link(entry)
    }
    return entry.value
  }

  set(key: Key, value: Value): void {
    const bytes = this.#weigh(value)
    const held = this.#sharesOf(value)
    this.#remove(key)
    if (bytes + this.#shared.bytesOf(held) > this.#maxBytes) {
      this.#refusals++
      this.#note('refuse', key)
      return
    }
    const entry: Entry<Value, Key> = { key, value, bytes, held, older: undefined, newer: undefined }
    this.#entries.set(key, entry)
    this.#link(entry)
    this.#ownBytes += bytes
    this.#shared.hold(held)
    this.#note('store', key)
    while (this.#bytes > this.#maxBytes || this.#entries.size > this.#maxEntries)
      this.#evictOldest()
  }

  /** Drops every entry, but keeps the counts. */
  clear(): void {
    this.#notes?.log.debug?.(
      { cache: this.#notes.name, operation: 'clear', entries: this.#entries.size },
      'cache clear',
    )
    this.#entries.clear()
    this.#shared.clear()
    this.#oldest = undefined
    this.#newest = undefined
    this.#ownBytes = 0
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

  get #bytes(): number {
    return this.#ownBytes + this.#shared.bytes
  }

  #evictOldest(): void {
    const oldest = this.#oldest
    if (oldest === undefined) return
    this.#remove(oldest.key)
    this.#evictions++
    this.#note('evict', oldest.key)
  }

  #remove(key: Key): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#unlink(entry)
    this.#ownBytes -= entry.bytes
    this.#shared.release(entry.held)
  }

  #link(entry: Entry<Value, Key>): void {
    entry.older = this.#newest
    entry.newer = undefined
    if (this.#newest !== undefined) this.#newest.newer = entry
    this.#newest = entry
    this.#oldest ??= entry
  }

  #unlink({ older, newer }: Entry<Value, Key>): void {
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
  }

  #note(operation: string, key: Key): void {
    this.#notes?.log.debug?.(
      { cache: this.#notes.name, operation, key, bytes: this.#bytes },
      `cache ${operation}`,
    )
  }
}
