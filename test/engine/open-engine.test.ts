import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BAR_FIELDS,
  digest,
  enable,
  memoryBundle,
  openEngine,
  plainBundleSource,
  pureBaseline,
  writeBundle,
} from '../../engine/index.js'
import { eachBar, simpleContent, smaCrossover, sp500Content } from '../support.js'

const LAYER1 = enable(pureBaseline(), { assetListCache: true, preGroupedBars: true })
const IDLE = eachBar(() => undefined)

describe('the engine', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-engine-'))
    await writeBundle(join(directory, 'sp500'), sp500Content(200))
    // The bytes of files changed this moment are part of their identity: caches would read twice.
    await delay(100)
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it('opens and decodes the bundle for every backtest of the pure baseline', async () => {
    const engine = openEngine(pureBaseline())
    for (let i = 0; i < 3; i++)
      await engine.backtest({ bundle: join(directory, 'sp500'), algorithm: IDLE })
    expect(engine.counters()).toMatchObject({
      'bundle.opens': 3,
      'bundle.decodes': 3,
      'engine.backtests': 3,
      'engine.bars': 600,
    })
  })

  it('opens the bundle as often with layer 1, and decodes it once', async () => {
    const engine = openEngine(LAYER1)
    for (let i = 0; i < 3; i++)
      await engine.backtest({ bundle: join(directory, 'sp500'), algorithm: IDLE })
    expect(engine.counters()).toMatchObject({
      'bundle.opens': 3,
      'bundle.decodes': 1,
      'assetList.hits': 2,
      'assetList.misses': 1,
      'preGrouped.hits': 2,
      'preGrouped.misses': 1,
      'preGrouped.fallbacks': 0,
    })
  })

  it.each([
    ['assetListCache', 'assetList.hits', 'preGrouped.hits'],
    ['preGroupedBars', 'preGrouped.hits', 'assetList.hits'],
  ] as const)('switches %s on alone', async (flag, present, absent) => {
    const engine = openEngine(enable(pureBaseline(), { [flag]: true }))
    const bundle = memoryBundle(sp500Content(100))
    const results = [
      await engine.backtest({ bundle, algorithm: smaCrossover({ fast: 5, slow: 20 }) }),
      await engine.backtest({ bundle, algorithm: smaCrossover({ fast: 5, slow: 20 }) }),
      await openEngine(pureBaseline()).backtest({
        bundle,
        algorithm: smaCrossover({ fast: 5, slow: 20 }),
      }),
    ]
    expect(new Set(results.map(digest)).size).toBe(1)
    expect(engine.counters()[present]).toBe(1)
    expect(engine.counters()[absent]).toBeUndefined()
  })

  it('keeps windows for the next backtest, frame or array, with the same results', async () => {
    const engine = openEngine(
      enable(pureBaseline(), {
        historyCache: true,
        historyCacheArrays: true,
        historyKeptWindows: [20],
      }),
    )
    const bundle = memoryBundle(sp500Content(100))
    const digests = new Set([
      digest(
        await openEngine(pureBaseline()).backtest({
          bundle,
          algorithm: smaCrossover({ fast: 5, slow: 20 }),
        }),
      ),
    ])
    for (const returnType of ['array', 'dataframe', 'array', 'dataframe'] as const) {
      digests.add(
        digest(
          await engine.backtest({
            bundle,
            algorithm: smaCrossover({ fast: 5, slow: 20, returnType }),
          }),
        ),
      )
    }
    expect(digests.size).toBe(1)
    expect(engine.counters()).toMatchObject({
      'history.kept.hits': 2 * 81,
      'history.kept.misses': 2 * 81,
      'history.recent.misses': 0,
      'history.bypasses': 0,
      'history.fallbacks': 0,
    })
    engine.close()
    expect(engine.counters()).toMatchObject({ 'history.kept.bytes': 0, 'history.recent.bytes': 0 })
  })

  it('returns columns that no backtest changes', async () => {
    const engine = openEngine(LAYER1)
    const content = sp500Content(150)
    const sums = new Set<string>()
    for (const returnType of ['array', 'dataframe', 'array'] as const) {
      const bundle = memoryBundle(content)
      const watched = smaCrossover({ fast: 5, slow: 20, returnType })
      await engine.backtest({
        bundle,
        algorithm: {
          ...watched,
          analyze: () => undefined,
        },
      })
      await engine.backtest({
        bundle,
        algorithm: eachBar((context, data) => {
          if (context.session !== 149) return
          const hash = createHash('sha256')
          for (const field of BAR_FIELDS) {
            const window = data.history('SP500', field, 150, '1d', { returnType: 'array' })
            hash.update(window.join())
          }
          sums.add(hash.digest('hex'))
        }),
      })
    }
    expect(sums.size).toBe(1)
    expect(engine.counters()['preGrouped.misses']).toBe(1)
  })

  it('returns copies of its counters, empties its caches on close, and then refuses to run', async () => {
    const engine = openEngine(LAYER1)
    const before = engine.counters()
    await engine.backtest({ bundle: memoryBundle(simpleContent([1, 2, 3])), algorithm: IDLE })
    expect(before['engine.backtests']).toBe(0)
    expect(engine.counters()['preGrouped.bytes']).toBe(3 * 2 * 5 * 8)
    engine.close()
    expect(engine.counters()['preGrouped.bytes']).toBe(0)
    await expect(engine.backtest({ bundle: 'anywhere', algorithm: IDLE })).rejects.toThrow(
      /engine is closed/,
    )
  })

  it('closes the bundles it opened, also after a failure, and leaves an open bundle open', async () => {
    const plain = plainBundleSource()
    let closed = 0
    const bundles = {
      async open(at: string) {
        const bundle = await plain.open(at)
        return { ...bundle, close: () => void closed++ }
      },
    }
    const engine = openEngine(pureBaseline(), { bundles })
    await engine.backtest({ bundle: join(directory, 'sp500'), algorithm: IDLE })
    const failing = eachBar(() => {
      throw new Error('strategy bug')
    })
    await expect(
      engine.backtest({ bundle: join(directory, 'sp500'), algorithm: failing }),
    ).rejects.toThrow('strategy bug')
    expect(closed).toBe(2)
    const open = memoryBundle(simpleContent([1, 2]))
    await engine.backtest({ bundle: open, algorithm: IDLE })
    expect((await open.table()).rows).toBe(2)
  })

  it.each([
    [{ range: { start: 3 } }, /holds no session; the bundle holds sessions 0 \(2014-01-01\) to 2/],
    [{ range: { start: 2, end: 1 } }, /holds no session/],
    [{ range: { start: -1 } }, /start -1 is not an index/],
    [{ range: { end: 9 } }, /end 9 is not an index/],
    [{ range: { start: 'yesterday' } }, /yesterday/],
    [{ range: { start: 1 }, warmUp: 2 }, /there are 1 before the start/],
    [{ cash: 0 }, /starting cash 0; give a positive decimal/],
    [{ cash: '1000.001' }, /at most 2 places/],
    [{ cash: 'all' }, /starting cash all/],
    [{ assets: ['B'] }, /no asset 'B'; it has A/],
    [{ assets: [] }, /no asset of bundle simple to trade/],
    [{ slippage: { kind: 'fixed', basisPoints: -1 } }, /basis points/],
    [{ slippage: { kind: 'volume-share', limit: 0, impact: 0.1 } }, /limit 0 and impact/],
    [{ commission: { kind: 'per-share', cost: '-1' } }, /commission per-share of -1/],
    [{ commission: { kind: 'per-dollar', rate: Number.NaN } }, /commission per-dollar of NaN/],
  ] as const)('refuses %j', async (change, message) => {
    const bundle = memoryBundle(simpleContent([1, 2, 3]))
    await expect(
      openEngine(pureBaseline()).backtest({ bundle, algorithm: IDLE, ...change }),
    ).rejects.toThrow(message)
  })

  it('takes a range by date; a date between two sessions means the later one', async () => {
    const bundle = memoryBundle(sp500Content(60))
    const result = await openEngine(pureBaseline()).backtest({
      bundle,
      algorithm: IDLE,
      range: { start: '2000-02-05', end: '2000-02-12' },
    })
    expect(result.equityCurve.dates).toEqual([
      '2000-02-07',
      '2000-02-08',
      '2000-02-09',
      '2000-02-10',
      '2000-02-11',
    ])
  })
})
