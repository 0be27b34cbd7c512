import type { EngineLog } from '../log.js'
import type { Asset } from '../market/asset.js'
import type { AssetDirectory, Counters, OpenBundle } from '../ports.js'
import { type CacheStore, Lru } from './lru.js'
import { ReadThrough } from './read-through.js'

/** An asset directory that remembers what the plain one found. */
export interface AssetListCache extends AssetDirectory {
  counters(): Counters
  /** Lets go of everything kept. */
  clear(): void
}

export interface AssetListOptions {
  /** Most asset lists kept, one per (bundle, version). */
  readonly maxEntries: number
  readonly log: EngineLog
  /** Where lists are kept; an LRU of `maxEntries` where absent. */
  readonly store?: CacheStore<readonly Asset[]>
}

/**
 * Layer 1, first half: the distinct assets of a long table do not change while its version does
 * not, so they are taken once. The key is (directory, version): restated data have another version
 * and never meet an old list.
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
  return `${bundle.version}|${bundle.directory}`
}

// An estimate for the counter only; the bound is by entries. Three words of fields and a header per
// asset, one or two bytes a character.
const ASSET_OBJECT_BYTES = 48

function listBytes(assets: readonly Asset[]): number {
  return assets.reduce((bytes, asset) => bytes + ASSET_OBJECT_BYTES + asset.id.length, 0)
}
