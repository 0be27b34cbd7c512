import type { EngineLog } from '../log.js'
import type { Asset } from '../market/asset.js'
import type { AssetDirectory, CacheControl, OpenBundle } from '../ports.js'
import { type CacheStore, Lru } from './lru.js'
import { ReadThrough } from './read-through.js'

/** An asset directory that keeps the lists of the plain one. */
export type AssetListCache = AssetDirectory & CacheControl

export interface AssetListOptions {
  /** Maximum number of asset lists kept. There is one per bundle and identity. */
  readonly maxEntries: number
  readonly log: EngineLog
  /** The storage of the lists. If absent, an LRU of `maxEntries`. */
  readonly store?: CacheStore<readonly Asset[]>
}

/**
 * Layer 1, first half: the distinct assets of a long table stay the same within a version, so they
 * are computed once. The key is the directory and the identity; restated data have a new identity
 * and never get an old list.
 */
export function assetListCache(
  plain: AssetDirectory,
  { maxEntries, log, store: given }: AssetListOptions,
): AssetListCache {
  const lru = new Lru<readonly Asset[]>({
    maxEntries,
    weigh: listBytes,
    notes: { name: 'assetList', log },
  })
  const cache = new ReadThrough('assetList', given ?? lru, log)
  return {
    assets: (bundle) => cache.read(keyOf(bundle), () => plain.assets(bundle)),
    clear: () => lru.clear(),
    counters() {
      const { hits, misses, evictions, bytes } = lru.counters()
      return {
        'assetList.hits': hits,
        'assetList.misses': misses,
        'assetList.evictions': evictions,
        'assetList.bytes': bytes,
        'assetList.fallbacks': cache.fallbacks,
      }
    },
  }
}

function keyOf(bundle: OpenBundle): string {
  return `${bundle.identity}|${bundle.directory}`
}

// Estimated bytes, only for the counter, since the limit is on entries. Each asset takes an object
// header, three fields, and one or two bytes per character.
const ASSET_OBJECT_BYTES = 48

function listBytes(assets: readonly Asset[]): number {
  return assets.reduce((bytes, asset) => bytes + ASSET_OBJECT_BYTES + asset.id.length, 0)
}
