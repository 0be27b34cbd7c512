import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CacheStore } from '../../../engine/cache/lru.js'
import { preGroupedBars } from '../../../engine/cache/pre-grouped.js'
import {
  type Bars,
  type BundleContent,
  EngineError,
  engineLog,
  memoryBundle,
  type OpenBundle,
  type SessionRange,
} from '../../../engine/index.js'
import { plainBarSource } from '../../../engine/portal/long-table.js'
import { drawn } from '../../fixtures/drawn.js'
import { assetBars, contentOf, isoDays, marketShape, simpleContent } from '../../support.js'

const MIB = 2 ** 20

/** The slow reference: looks every slot up in the content itself. */
function naiveBars(content: BundleContent, asset: string, range: SessionRange): Bars {
  const own = content.bars.find((bars) => bars.asset === asset)!
  const sessions = [...own.session]
  const from = Math.max(range.from, sessions[0]!)
  const length = sessions.at(-1)! < range.from ? 0 : Math.max(0, range.to - from)
  const rows = Array.from({ length }, (_, i) => sessions.indexOf(from + i))
  const priced = (column: Float64Array) =>
    Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : column[row]!))
  return {
    asset,
    firstSession: from,
    length,
    ticks: {
      open: priced(own.open),
      high: priced(own.high),
      low: priced(own.low),
      close: priced(own.close),
      volume: Float64Array.from(rows, (row) => (row < 0 ? 0 : own.volume[row]!)),
    },
    hasGaps: rows.includes(-1),
  }
}

/** An open bundle that counts how often its long table is read. */
function counting(bundle: OpenBundle): OpenBundle & { readonly asked: () => number } {
  let asked = 0
  return {
    ...bundle,
    table() {
      asked++
      return bundle.table()
    },
    asked: () => asked,
  }
}

function cacheOf(maxBytes: number, store?: CacheStore<Bars>) {
  return preGroupedBars(plainBarSource(), {
    maxBytes,
    log: engineLog(),
    ...(store !== undefined && { store }),
  })
}

function manyAssets(count: number, sessions: number): BundleContent {
  const ids = Array.from({ length: count }, (_, i) => `A${String(i).padStart(3, '0')}`)
  const slots = Array.from({ length: sessions }, (_, i) => i)
  return {
    ...simpleContent([1]),
    sessions: isoDays(sessions),
    bars: ids.map((id, k) =>
      assetBars(
        id,
        slots,
        slots.map((i) => 1000 + i + k),
      ),
    ),
  }
}

describe('the pre-grouped cache', () => {
  it('returns what a slot-by-slot look-up in the content gives, like the plain source, for any market and range', async () => {
    const range = fc
      .tuple(fc.nat({ max: 25 }), fc.nat({ max: 25 }))
      .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))
    await fc.assert(
      fc.asyncProperty(marketShape({ sessions: 20, assets: 4 }), range, async (shape, wanted) => {
        const content = contentOf(shape)
        const bundle = memoryBundle(content)
        const cached = cacheOf(MIB)
        for (const { id } of shape.assets) {
          const expected = naiveBars(content, id, wanted)
          expect(await cached.bars(bundle, id, wanted)).toEqual(expected)
          expect(await cached.bars(bundle, id, wanted)).toEqual(expected)
          expect(await plainBarSource().bars(bundle, id, wanted)).toEqual(expected)
        }
      }),
      { numRuns: drawn(1000) },
    )
  })

  it('returns the cached columns themselves', async () => {
    const cached = cacheOf(MIB)
    const content = simpleContent([1, 2, 3])
    const first = await cached.bars(memoryBundle(content), 'A', { from: 0, to: 3 })
    const second = await cached.bars(memoryBundle(content), 'A', { from: 0, to: 3 })
    expect(second).toBe(first)
  })

  it('never returns restated prices or another range', async () => {
    const cached = cacheOf(MIB)
    const all = { from: 0, to: 3 }
    const before = await cached.bars(memoryBundle(simpleContent([1, 2, 3])), 'A', all)
    const restated = await cached.bars(memoryBundle(simpleContent([1, 2.5, 3])), 'A', all)
    const shorter = await cached.bars(memoryBundle(simpleContent([1, 2, 3])), 'A', {
      from: 1,
      to: 3,
    })
    expect([before, restated, shorter].map(({ ticks }) => [...ticks.close])).toEqual([
      [100, 200, 300],
      [100, 250, 300],
      [200, 300],
    ])
    expect(cached.counters()).toMatchObject({ 'preGrouped.hits': 0, 'preGrouped.misses': 3 })
  })

  it('reads the long table once per open bundle, not once per asset, and not on hits', async () => {
    const content = manyAssets(50, 10)
    const cached = cacheOf(MIB)
    const cold = counting(memoryBundle(content))
    for (const { asset } of content.bars) await cached.bars(cold, asset, { from: 0, to: 10 })
    expect(cold.asked()).toBe(1)
    const warm = counting(memoryBundle(content))
    for (const { asset } of content.bars) await cached.bars(warm, asset, { from: 0, to: 10 })
    expect(warm.asked()).toBe(0)
    expect(cached.counters()).toMatchObject({
      'preGrouped.hits': 50,
      'preGrouped.misses': 50,
      'preGrouped.fallbacks': 0,
    })
  })

  it('loads once for concurrent readers of one asset', async () => {
    const cached = cacheOf(MIB)
    const bundle = counting(memoryBundle(manyAssets(2, 10)))
    const all = await Promise.all(
      Array.from({ length: 10 }, () => cached.bars(bundle, 'A000', { from: 0, to: 10 })),
    )
    expect(new Set(all).size).toBe(1)
    expect(bundle.asked()).toBe(1)
  })

  it('stays within its byte limit, evicting asset by asset, least recently used first', async () => {
    const bundle = memoryBundle(manyAssets(4, 10))
    // Ticks of five fields, and floats of each.
    const perAsset = 10 * 2 * 5 * 8
    const cached = cacheOf(3 * perAsset)
    const range = { from: 0, to: 10 }
    for (const asset of ['A000', 'A001', 'A002', 'A000', 'A003'])
      await cached.bars(bundle, asset, range)
    expect(cached.counters()).toMatchObject({
      'preGrouped.bytes': 3 * perAsset,
      'preGrouped.evictions': 1,
      'preGrouped.hits': 1,
    })
    await cached.bars(bundle, 'A000', range)
    await cached.bars(bundle, 'A001', range)
    expect(cached.counters()).toMatchObject({
      'preGrouped.hits': 2,
      'preGrouped.misses': 5,
      'preGrouped.evictions': 2,
    })
  })

  it('refuses an asset larger than the whole limit and still returns it', async () => {
    const bundle = memoryBundle(manyAssets(1, 10))
    const cached = cacheOf(10 * 2 * 5 * 8 - 1)
    expect((await cached.bars(bundle, 'A000', { from: 0, to: 10 })).length).toBe(10)
    expect(cached.counters()).toMatchObject({ 'preGrouped.refusals': 1, 'preGrouped.bytes': 0 })
    cached.clear()
  })

  it('falls back to the plain source where the store fails', async () => {
    const lost: CacheStore<Bars> = {
      get() {
        throw new Error('segment unmapped')
      },
      set() {
        throw new Error('segment unmapped')
      },
    }
    const cached = cacheOf(MIB, lost)
    const bars = await cached.bars(memoryBundle(simpleContent([1, 2, 3])), 'A', { from: 0, to: 3 })
    expect([...bars.ticks.close]).toEqual([100, 200, 300])
    expect(cached.counters()['preGrouped.fallbacks']).toBe(2)
  })

  it('falls back to the plain source where grouping fails, and groups again the next time', async () => {
    const bundle = memoryBundle(manyAssets(2, 10))
    let reads = 0
    const flaky: OpenBundle = {
      ...bundle,
      async table() {
        if (++reads === 1) throw new RangeError('array buffer allocation failed')
        return bundle.table()
      },
    }
    const cached = cacheOf(MIB)
    const range = { from: 0, to: 10 }
    expect(await cached.bars(flaky, 'A000', range)).toEqual(
      await plainBarSource().bars(bundle, 'A000', range),
    )
    expect(await cached.bars(flaky, 'A001', range)).toEqual(
      await plainBarSource().bars(bundle, 'A001', range),
    )
    expect(cached.counters()).toMatchObject({ 'preGrouped.fallbacks': 1 })
  })

  it('passes on errors of the bundle, without reading it twice or counting a failure of the cache', async () => {
    let reads = 0
    const damaged: OpenBundle = {
      ...memoryBundle(manyAssets(2, 10)),
      async table() {
        reads++
        throw new EngineError('bundle-corrupt', 'bars.parquet is damaged')
      },
    }
    const cached = cacheOf(MIB)
    const range = { from: 0, to: 10 }
    await expect(cached.bars(damaged, 'A000', range)).rejects.toThrow('bars.parquet is damaged')
    expect(reads).toBe(1)
    await expect(cached.bars(damaged, 'A000', range)).rejects.toThrow('bars.parquet is damaged')
    expect(reads).toBe(2)
    expect(cached.counters()).toMatchObject({ 'preGrouped.fallbacks': 0 })
  })

  it('names an unknown asset and those of the bundle', async () => {
    const error = await cacheOf(MIB)
      .bars(memoryBundle(manyAssets(12, 3)), 'ZZZ', { from: 0, to: 3 })
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(EngineError)
    expect(error).toMatchObject({
      code: 'unknown-asset',
      message: expect.stringMatching(/'ZZZ'.*A000, .*12 in all/),
    })
  })
})
