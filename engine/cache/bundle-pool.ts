import { resolve } from 'node:path'
import type { EngineLog } from '../log.js'
import type { BundleSource, Counters, OpenBundle } from '../ports.js'
import { SharedBundle } from './shared-bundle.js'

/** A source of bundles that keeps them open and shares them among those who ask. */
export interface BundlePool extends BundleSource {
  counters(): Counters
  /**
   * Lets go of everything kept: each bundle is closed as soon as nobody uses it. The pool can be
   * used on.
   */
  clear(): void
}

export interface BundlePoolOptions {
  /**
   * Most bundles kept open. Those that are evicted while in use stay open until their last user
   * closes them.
   */
  readonly maxBundles: number
  readonly log: EngineLog
}

/**
 * Layer 3: an opened bundle, with the table it has decoded and the adjustments it has read, serves
 * everybody who opens the same directory while the directory holds it. A hit costs one look at the
 * directory (`isCurrent`), never a load; a bundle that was rewritten is opened anew. Nobody is
 * given what was replaced before they asked: a bundle that is kept, or that somebody else was
 * opening already, is looked at again.
 *
 * One open per directory serves all who ask meanwhile. Whoever opens a bundle closes it, as ever;
 * that closes it for nobody else. A bundle that could not be read is not kept, nor is one that
 * could not be opened.
 *
 * Made once, a pool may be given to several engines of a process (`EngineOptions.bundles`); then it
 * outlives them, and its maker clears it. It belongs to one thread.
 *
 * @throws {EngineError} from `open`, `table` and `adjustments`: what the plain source throws; after
 * `close`, `strategy-misuse`
 */
export function bundlePool(
  plain: BundleSource,
  { maxBundles, log }: BundlePoolOptions,
): BundlePool {
  /** By directory, least recently used first. */
  const kept = new Map<string, SharedBundle>()
  /** By directory; never one that is kept as well. */
  const opening = new Map<string, Promise<SharedBundle>>()
  const counted = { hits: 0, misses: 0, evictions: 0, invalidations: 0, open: 0, fallbacks: 0 }
  /** Raised by `clear`: what is being opened then is not kept. */
  let era = 0

  // Whatever a source does, it does not throw before there is a promise to reject.
  const openPlain = async (directory: string): Promise<OpenBundle> => plain.open(directory)

  const tell = (operation: string, key: string, message: string) =>
    log.debug?.({ cache: 'pool', operation, directory: key }, message)

  const handOut = (key: string, shared: SharedBundle, directory: string): OpenBundle => {
    counted.hits++
    if (kept.get(key) === shared) {
      kept.delete(key)
      kept.set(key, shared)
    }
    tell('hit', key, 'cache hit')
    return shared.lease(directory)
  }

  const drop = (key: string, shared: SharedBundle): void => {
    if (kept.get(key) !== shared) return
    kept.delete(key)
    shared.retire()
  }

  const invalidate = (key: string, shared: SharedBundle): void => {
    if (kept.get(key) !== shared) return
    counted.invalidations++
    tell('invalidate', key, 'cache entry dropped: the bundle changed or could not be read')
    drop(key, shared)
  }

  const keep = (key: string, shared: SharedBundle): void => {
    kept.set(key, shared)
    for (const [oldest, evicted] of kept) {
      if (kept.size <= maxBundles) break
      counted.evictions++
      tell('evict', oldest, 'cache entry evicted')
      drop(oldest, evicted)
    }
  }

  const load = async (key: string, directory: string): Promise<SharedBundle> => {
    const begun = era
    const bundle = await openPlain(directory).catch((error: unknown) => {
      opening.delete(key)
      throw error
    })
    const shared = new SharedBundle(bundle, {
      onClose() {
        counted.open--
        tell('close', key, 'bundle closed')
      },
      onFault: () => invalidate(key, shared),
    })
    counted.open++
    // For whoever asked for it; before anything can close it.
    shared.hold()
    opening.delete(key)
    if (begun === era) keep(key, shared)
    else shared.retire()
    return shared
  }

  const isCurrent = async (key: string, shared: SharedBundle): Promise<boolean> => {
    try {
      if (await shared.bundle.isCurrent()) return true
      invalidate(key, shared)
    } catch (error) {
      counted.fallbacks++
      const reason = error instanceof Error ? error.message : String(error)
      log.warn(
        { cache: 'pool', step: 'check', directory: key, reason },
        'cache failed; continuing without it',
      )
      drop(key, shared)
    }
    return false
  }

  /**
   * @param outdated  what is not to be handed out; whatever else there is was opened after the
   * request came, and is new enough
   */
  const openAnew = async (
    key: string,
    directory: string,
    outdated: SharedBundle | undefined,
  ): Promise<OpenBundle> => {
    const newer = kept.get(key)
    if (newer !== undefined && newer !== outdated && newer.hold())
      return handOut(key, newer, directory)
    const underWay = opening.get(key)
    if (underWay !== undefined) {
      const shared = await underWay
      return shared.hold() ? handOut(key, shared, directory) : openAnew(key, directory, shared)
    }
    counted.misses++
    tell('miss', key, 'cache miss')
    const loading = load(key, directory)
    opening.set(key, loading)
    return (await loading).lease(directory)
  }

  return {
    async open(directory) {
      const key = resolve(directory)
      // What failed for somebody who asked earlier may succeed now.
      const known = kept.get(key) ?? (await opening.get(key)?.catch(() => undefined))
      if (known?.hold()) {
        if (await isCurrent(key, known)) return handOut(key, known, directory)
        known.release()
      }
      return openAnew(key, directory, known)
    },
    counters: () =>
      Object.fromEntries(Object.entries(counted).map(([name, value]) => [`pool.${name}`, value])),
    clear() {
      era++
      for (const [key, shared] of kept) drop(key, shared)
    },
  }
}
