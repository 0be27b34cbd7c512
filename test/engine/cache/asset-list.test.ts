import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assetListCache } from '../../../engine/cache/asset-list.js'
import type { CacheStore } from '../../../engine/cache/lru.js'
import {
  type Asset,
  type AssetDirectory,
  engineLog,
  memoryBundle,
  type OpenBundle,
} from '../../../engine/index.js'
import { plainAssetDirectory } from '../../../engine/portal/long-table.js'
import { contentOf, marketShape, simpleContent } from '../../support.js'

function counting(plain: AssetDirectory): AssetDirectory & { calls: number } {
  const counted = {
    calls: 0,
    assets(bundle: OpenBundle) {
      counted.calls++
      return plain.assets(bundle)
    },
  }
  return counted
}

describe('asset-list cache', () => {
  it('lists what the manifest lists, from the long table alone and from the cache', async () => {
    await fc.assert(
      fc.asyncProperty(marketShape({ sessions: 15, assets: 4 }), async (shape) => {
        const bundle = memoryBundle(contentOf(shape))
        const cached = assetListCache(plainAssetDirectory(), { maxEntries: 4, log: engineLog() })
        for (const directory of [plainAssetDirectory(), cached, cached]) {
          expect(await directory.assets(bundle)).toEqual(bundle.manifest.assets)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('reads the plain directory once per version, however often the bundle is opened', async () => {
    const plain = counting(plainAssetDirectory())
    const cached = assetListCache(plain, { maxEntries: 4, log: engineLog() })
    for (let i = 0; i < 5; i++) await cached.assets(memoryBundle(simpleContent([1, 2, 3])))
    expect(plain.calls).toBe(1)
    expect(cached.counters()).toMatchObject({
      'assetList.hits': 4,
      'assetList.misses': 1,
      'assetList.fallbacks': 0,
    })
    await cached.assets(memoryBundle(simpleContent([1, 2, 4])))
    expect(plain.calls).toBe(2)
  })

  it('keeps at most maxEntries lists', async () => {
    const cached = assetListCache(plainAssetDirectory(), { maxEntries: 2, log: engineLog() })
    for (const last of [3, 4, 5, 3]) await cached.assets(memoryBundle(simpleContent([1, 2, last])))
    expect(cached.counters()).toMatchObject({
      'assetList.hits': 0,
      'assetList.misses': 4,
      'assetList.evictions': 2,
    })
    const held = cached.counters()['assetList.bytes']
    cached.clear()
    expect([held! > 0, cached.counters()['assetList.bytes']]).toEqual([true, 0])
  })

  it('falls back to the plain directory where its store fails', async () => {
    const store: CacheStore<readonly Asset[]> = {
      get() {
        throw new Error('segment unmapped')
      },
      set() {
        throw new Error('segment unmapped')
      },
    }
    const cached = assetListCache(plainAssetDirectory(), { maxEntries: 2, log: engineLog(), store })
    const bundle = memoryBundle(simpleContent([1, 2, 3]))
    expect(await cached.assets(bundle)).toEqual(bundle.manifest.assets)
    expect(cached.counters()['assetList.fallbacks']).toBe(2)
  })
})
