import { describe, expect, it } from 'vitest'
import { cacheStatsOf } from '../../../engine/cache/cache-stats.js'
import {
  defaults,
  digest,
  type EngineLog,
  enable,
  memoryBundle,
  openEngine,
  pureBaseline,
} from '../../../engine/index.js'
import { eachBar, simpleContent } from '../../support.js'

const config = enable(defaults({}), { historyCache: true, historyKeptWindows: [2] })
const bundle = memoryBundle(simpleContent([1, 2, 3, 4]))
const algorithm = eachBar((_, data) => {
  if (data.available('A') >= 2) data.history('A', 'close', 2, '1d')
})

describe('the figures of the caches', () => {
  it('count look-ups, and have no hit rate before the first', async () => {
    const engine = openEngine(config)
    expect(engine.cacheStats()).toMatchObject({ hits: 0, misses: 0, bytes: 0 })
    expect(engine.cacheStats()).not.toHaveProperty('hitRate')
    expect(engine.cacheStats().caches.assetList).toEqual({ hits: 0, misses: 0, bytes: 0 })
    for (let runs = 0; runs < 3; runs++) await engine.backtest({ bundle, algorithm })
    const { caches, hits, misses, hitRate, bytes } = engine.cacheStats()
    expect(caches.assetList).toMatchObject({ hits: 2, misses: 1, hitRate: 2 / 3 })
    expect(caches.preGrouped).toMatchObject({ hits: 2, misses: 1 })
    expect(caches['history.kept']).toMatchObject({ hits: 6, misses: 3 })
    expect([hits, misses, hitRate]).toEqual([10, 5, 2 / 3])
    expect(bytes).toBe(Object.values(caches).reduce((sum, cache) => sum + cache.bytes, 0))
    expect(bytes).toBeGreaterThan(0)
  })

  it('are empty for an engine without caches', () => {
    expect(openEngine(pureBaseline()).cacheStats()).toEqual({
      hits: 0,
      misses: 0,
      bytes: 0,
      caches: {},
    })
    expect(cacheStatsOf({ 'engine.bars': 3, 'bundle.opens': 1 }).caches).toEqual({})
  })

  it('are cleared of bytes on a live engine, which reads everything again', async () => {
    const engine = openEngine(config)
    const before = digest(await engine.backtest({ bundle, algorithm }))
    engine.clearCaches()
    expect(engine.cacheStats()).toMatchObject({ misses: 5, bytes: 0 })
    expect(digest(await engine.backtest({ bundle, algorithm }))).toBe(before)
    expect(engine.cacheStats()).toMatchObject({ hits: 0, misses: 10 })
    engine.close()
  })

  it('may be cleared by a strategy in the middle of a backtest', async () => {
    const engine = openEngine(config)
    const before = digest(await engine.backtest({ bundle, algorithm }))
    const clearing = eachBar((context, data) => {
      engine.clearCaches()
      algorithm.handleData(context, data)
    })
    expect(digest(await engine.backtest({ bundle, algorithm: clearing }))).toBe(before)
  })

  it('show the hit rate so far in every line of the log about a look-up', async () => {
    const lines: Record<string, unknown>[] = []
    const log: EngineLog = { warn: () => undefined, debug: (line) => lines.push({ ...line }) }
    const engine = openEngine(config, { log })
    for (let runs = 0; runs < 3; runs++) await engine.backtest({ bundle, algorithm })
    const rates = (cache: string) =>
      lines.flatMap((line) =>
        line['cache'] === cache && ['hit', 'miss'].includes(String(line['operation']))
          ? [[line['operation'], line['hitRate']]]
          : [],
      )
    expect(rates('assetList')).toEqual([
      ['miss', 0],
      ['hit', 0.5],
      ['hit', 0.6667],
    ])
    expect(rates('history.kept').at(-1)).toEqual(['hit', 0.6667])
  })
})
