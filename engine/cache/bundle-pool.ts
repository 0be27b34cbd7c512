import { resolve } from 'node:path'
import { messageOf } from '../errors.js'
import type { EngineLog } from '../log.js'
import type { BundleSource, CacheControl, Counters, OpenBundle } from '../ports.js'
import { loggedHitRate } from './cache-stats.js'
import { SharedBundle } from './shared-bundle.js'

/**
 * A source that keeps bundles open and shares each among all callers that open it. If `clear`
 * drops a bundle in use, it is closed when its last user closes it.
 */
export type BundlePool = BundleSource & CacheControl

export interface BundlePoolOptions {
  /**
   * Maximum number of bundles kept. A bundle that is evicted while in use is closed by its last
   * user.
   */
  readonly maxBundles: number
  readonly log: EngineLog
}

/**
 * Layer 3: an opened bundle, with its decoded table and its adjustments, is shared by all callers
 * that open the same directory, as long as the directory contains that version. A hit only checks
 * the directory (`isCurrent`) and loads nothing. If the bundle was rewritten, it is opened again.
 * A caller never gets a bundle that was replaced before its request, because a kept bundle, or one
 * that an earlier request is still opening, is checked before it is shared.
 *
 * Concurrent requests for a directory share one open. Each caller closes its own lease of the
 * bundle; the bundle stays open for the others. A bundle that could not be opened or read is not
 * kept.
 *
 * A pool can be given to several engines of a process (`EngineOptions.bundles`). Closing an engine
 * does not clear the pool; the code that created the pool must do that. A pool belongs to one
 * thread.
 *
 * @throws {EngineError} from `open`, `table` and `adjustments`: the errors of the plain source;
 * after `close`, `strategy-misuse`
 */
export function bundlePool(plain: BundleSource, options: BundlePoolOptions): BundlePool {
  return new Pool(plain, options)
}

class Pool implements BundlePool {
  readonly #plain: BundleSource
  readonly #maxBundles: number
  readonly #log: EngineLog
  /** Kept bundles by directory, least recently used first. */
  readonly #kept = new Map<string, SharedBundle>()
  /** Bundles being opened, by directory. None of these directories is also in `#kept`. */
  readonly #opening = new Map<string, Promise<SharedBundle>>()
  readonly #counted = {
    hits: 0,
    misses: 0,
    evictions: 0,
    invalidations: 0,
    open: 0,
    fallbacks: 0,
  }
  /** Increased by `clear`. A bundle whose opening began in an earlier era is not kept. */
  #era = 0

  constructor(plain: BundleSource, { maxBundles, log }: BundlePoolOptions) {
    this.#plain = plain
    this.#maxBundles = maxBundles
    this.#log = log
  }

  async open(directory: string): Promise<OpenBundle> {
    const key = resolve(directory)
    // If the opening for an earlier request failed, it may succeed now.
    const shared = this.#kept.get(key) ?? (await this.#opening.get(key)?.catch(() => undefined))
    if (shared?.hold()) {
      if (await this.#isCurrent(key, shared)) return this.#handOut(key, shared, directory)
      shared.release()
    }
    return this.#openAnew(key, directory, shared)
  }

  counters(): Counters {
    return Object.fromEntries(
      Object.entries(this.#counted).map(([name, value]) => [`pool.${name}`, value]),
    )
  }

  clear(): void {
    this.#era++
    for (const [key, shared] of this.#kept) this.#drop(key, shared)
  }

  async #isCurrent(key: string, shared: SharedBundle): Promise<boolean> {
    try {
      if (await shared.bundle.isCurrent()) return true
      this.#invalidate(key, shared)
    } catch (error) {
      this.#counted.fallbacks++
      this.#log.warn(
        { cache: 'pool', step: 'check', directory: key, reason: messageOf(error) },
        'cache failed; continuing without it',
      )
      this.#drop(key, shared)
    }
    return false
  }

  #handOut(key: string, shared: SharedBundle, directory: string): OpenBundle {
    this.#counted.hits++
    if (this.#kept.get(key) === shared) {
      this.#kept.delete(key)
      this.#kept.set(key, shared)
    }
    this.#note('hit', key, 'cache hit')
    return shared.lease(directory)
  }

  /**
   * @param outdated  a bundle that must not be returned; any other bundle with this key was opened
   * after the request and is current
   */
  async #openAnew(
    key: string,
    directory: string,
    outdated: SharedBundle | undefined,
  ): Promise<OpenBundle> {
    const newer = this.#kept.get(key)
    if (newer !== undefined && newer !== outdated && newer.hold())
      return this.#handOut(key, newer, directory)
    const underWay = this.#opening.get(key)
    if (underWay !== undefined) {
      const shared = await underWay
      return shared.hold()
        ? this.#handOut(key, shared, directory)
        : this.#openAnew(key, directory, shared)
    }
    this.#counted.misses++
    this.#note('miss', key, 'cache miss')
    const loading = this.#load(key, directory)
    this.#opening.set(key, loading)
    return (await loading).lease(directory)
  }

  async #load(key: string, directory: string): Promise<SharedBundle> {
    const era = this.#era
    const bundle = await this.#openPlain(directory).catch((error: unknown) => {
      this.#opening.delete(key)
      throw error
    })
    const shared = new SharedBundle(bundle, {
      onClose: () => {
        this.#counted.open--
        this.#note('close', key, 'bundle closed')
      },
      onFault: () => this.#invalidate(key, shared),
    })
    this.#counted.open++
    // The caller becomes a user here, before an eviction can close the bundle.
    shared.hold()
    this.#opening.delete(key)
    if (era === this.#era) this.#keep(key, shared)
    else shared.retire()
    return shared
  }

  /** Declared async, so that a synchronous error of the source becomes a rejection. */
  async #openPlain(directory: string): Promise<OpenBundle> {
    return this.#plain.open(directory)
  }

  #keep(key: string, shared: SharedBundle): void {
    this.#kept.set(key, shared)
    for (const [oldest, evicted] of this.#kept) {
      if (this.#kept.size <= this.#maxBundles) break
      this.#counted.evictions++
      this.#note('evict', oldest, 'cache entry evicted')
      this.#drop(oldest, evicted)
    }
  }

  #invalidate(key: string, shared: SharedBundle): void {
    if (this.#kept.get(key) !== shared) return
    this.#counted.invalidations++
    this.#note('invalidate', key, 'cache entry dropped: the bundle changed or could not be read')
    this.#drop(key, shared)
  }

  #drop(key: string, shared: SharedBundle): void {
    if (this.#kept.get(key) !== shared) return
    this.#kept.delete(key)
    shared.retire()
  }

  #note(operation: string, key: string, message: string): void {
    if (this.#log.debug === undefined) return
    const { hits, misses } = this.#counted
    const hitRate = loggedHitRate(hits, misses)
    this.#log.debug({ cache: 'pool', operation, directory: key, hitRate }, message)
  }
}
