import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type HistoryCacheOptions,
  historyCache,
  type KeptWindow,
  type WindowStore,
} from '../../../engine/cache/history.js'
import { Lru } from '../../../engine/cache/lru.js'
import { WindowKeys } from '../../../engine/cache/window-keys.js'
import { type BundleContent, engineLog, type Field, Money } from '../../../engine/index.js'
import { plainHistorySource } from '../../../engine/portal/plain-history.js'
import type { HistorySource } from '../../../engine/ports.js'
import { drawn } from '../../fixtures/drawn.js'
import { assetBars, contentOf, isoDays, marketShape, simpleContent } from '../../support.js'
import {
  askAndCheck,
  type Loading,
  type Question,
  SOME_FIELDS,
  type Visit,
  visit,
  type World,
  worldOf,
} from './history-visits.js'

const MIB = 2 ** 20

function cacheOf(change: Partial<HistoryCacheOptions> = {}) {
  return historyCache(plainHistorySource(), {
    maxBytes: MIB,
    maxEntries: 256,
    keptWindows: [20],
    keepsArrays: true,
    log: engineLog(),
    ...change,
  })
}

/** A visit to the whole world, at its last bar. */
function atEnd(world: World, source: HistorySource, loading: Partial<Loading> = {}): Visit {
  const to = world.content.sessions.length
  const visited = visit(world, source, { from: 0, to, policy: 'prior-close', ...loading })
  visited.clock.atBar((loading.to ?? to) - 1)
  return visited
}

const arrayOf = ({ portal }: Visit, field: Field, barCount: number, asset = 'A') =>
  portal.history(asset, field, barCount, '1d', { returnType: 'array' })

const FORMS = ['array', 'block', 'frame', 'frame of a list'] as const
const POLICIES = ['prior-close', 'ex-close'] as const

const question = (sessions: number, assets: number): fc.Arbitrary<Question> =>
  fc.record({
    asset: fc.nat({ max: assets - 1 }).map((i) => `A${String(i).padStart(2, '0')}`),
    fields: fc.constantFrom(...SOME_FIELDS),
    barCount: fc.integer({ min: 1, max: sessions }),
    form: fc.constantFrom(...FORMS),
    session: fc.nat({ max: sessions - 1 }),
    beforeOpen: fc.boolean(),
  })

const limits = fc.record({
  maxBytes: fc.constantFrom(1, 900, 3_000, 20_000, MIB, MIB, MIB),
  maxEntries: fc.integer({ min: 1, max: 8 }),
  keptWindows: fc.constantFrom([1, 2, 3], [2], [5, 8]),
})

/** Visits in any order, or none where a drawn dividend is larger than the close before it. */
function visitOrNot(world: World, source: HistorySource, loading: Loading): Visit | undefined {
  try {
    return visit(world, source, loading)
  } catch (error) {
    if (/is not smaller than the close/.test(String(error))) return undefined
    throw error
  }
}

describe('the history cache', () => {
  it('returns the values of the content, slot by slot, in any form, for many backtests in one engine, within its bounds at every step', () => {
    const sessions = 12
    const backtest = fc.record({
      ends: fc.tuple(fc.nat({ max: sessions }), fc.nat({ max: sessions })),
      policy: fc.constantFrom(...POLICIES),
      questions: fc.array(question(sessions, 2), { minLength: 1, maxLength: 8 }),
    })
    let hits = 0
    fc.assert(
      fc.property(
        marketShape({ sessions, assets: 2 }),
        limits,
        fc.array(backtest, { minLength: 1, maxLength: 4 }),
        (shape, within, backtests) => {
          const world = worldOf(contentOf(shape))
          const cache = cacheOf(within)
          // Everything twice, so that there are many hits.
          for (const { ends, policy, questions } of [...backtests, ...backtests]) {
            const [from, to] = [Math.min(...ends), Math.min(Math.max(...ends), shape.sessions)]
            if (from >= to) continue
            const visited = visitOrNot(world, cache, { from, to, policy })
            if (visited === undefined) continue
            for (const asked of questions) {
              if (asked.session < from || asked.session >= to) continue
              askAndCheck(visited, asked)
              const { maxBytes, maxEntries } = within
              const counted = cache.counters()
              expect(counted['history.kept.bytes']).toBeLessThanOrEqual(maxBytes)
              expect(counted['history.recent.bytes']).toBeLessThanOrEqual(maxBytes)
              expect(counted['history.recent.entries']).toBeLessThanOrEqual(maxEntries)
              expect(counted['history.fallbacks']).toBe(0)
            }
          }
          const counted = cache.counters()
          hits += counted['history.kept.hits']! + counted['history.recent.hits']!
        },
      ),
      { numRuns: drawn(1500) },
    )
    expect(hits).toBeGreaterThan(drawn(1000))
  })

  it('serves nothing stale in random interleavings of reads, version changes, evictions and failures', () => {
    const worlds = changingWorlds().map(worldOf)
    expect(new Set(worlds.map(({ bundle }) => bundle.version)).size).toBe(worlds.length)
    // Few values of each kind per run, so that requests repeat and differ in what matters only.
    const three = <T>(drawn: fc.Arbitrary<T>) => fc.array(drawn, { minLength: 3, maxLength: 3 })
    const setting = fc.record({
      room: fc.integer({ min: 1, max: 8 }),
      worlds: three(fc.constantFrom(...worlds)),
      loadings: three(
        fc.record({ from: fc.constantFrom(0, 2, 3), policy: fc.constantFrom(...POLICIES) }),
      ),
      questions: three(
        fc.record({
          asset: fc.constantFrom('A', 'A', 'A', 'B'),
          fields: fc.constantFrom<readonly Field[]>(
            ['price'],
            ['close'],
            ['volume'],
            ['price', 'volume'],
          ),
          barCount: fc.integer({ min: 1, max: 5 }),
          form: fc.constantFrom(...FORMS),
          session: fc.integer({ min: 3, max: 7 }),
          beforeOpen: fc.boolean(),
        }),
      ),
    })
    const one = fc.nat({ max: 2 })
    const step = fc.record({
      world: one,
      loading: one,
      question: one,
      failing: fc.constantFrom<Failing>('no', 'no', 'no', 'no', 'read', 'write'),
      clear: fc.nat({ max: 19 }).map((roll) => roll === 0),
    })
    const seen = { hits: 0, evictions: 0, fallbacks: 0, clears: 0 }
    fc.assert(
      fc.property(
        setting,
        fc.array(step, { minLength: 1, maxLength: 12 }),
        ({ room, worlds, loadings, questions }, steps) => {
          const stores = { kept: new FlakyStore(room), recent: new FlakyStore(room) }
          const cache = cacheOf({ keptWindows: [2, 3], stores })
          const going = new Map<string, Visit>()
          for (const { world, loading, question, failing, clear } of steps) {
            stores.kept.failing = failing
            stores.recent.failing = failing
            if (clear) {
              cache.clear()
              seen.clears++
            }
            // A backtest continues while others start and end, and while the cache is cleared.
            const to = worlds[world]!.content.sessions.length
            const visited =
              going.get(`${world} ${loading}`) ??
              visit(worlds[world]!, cache, { ...loadings[loading]!, to })
            going.set(`${world} ${loading}`, visited)
            askAndCheck(visited, questions[question]!)
          }
          seen.hits += stores.kept.counters().hits + stores.recent.counters().hits
          seen.evictions += stores.kept.counters().evictions + stores.recent.counters().evictions
          seen.fallbacks += cache.counters()['history.fallbacks']!
        },
      ),
      { numRuns: drawn(10_000) },
    )
    expect(Object.entries(seen).filter(([, count]) => count < drawn(1000))).toEqual([])
  })

  it('finds a window again in the next backtest, in its tier, and returns a copy of it', () => {
    const world = worldOf(simpleContent(Array.from({ length: 30 }, (_, i) => 10 + i)))
    const cache = cacheOf()
    const first = [20, 7].map((barCount) => arrayOf(atEnd(world, cache), 'close', barCount))
    const second = [20, 7].map((barCount) => arrayOf(atEnd(world, cache), 'close', barCount))
    expect(second).toEqual(first)
    expect([second[0] === first[0], second[1] === first[1]]).toEqual([false, false])
    expect(cache.counters()).toMatchObject({
      'history.kept.hits': 1,
      'history.kept.misses': 1,
      'history.recent.hits': 1,
      'history.recent.misses': 1,
      'history.bypasses': 0,
    })
  })

  it('never hits under a moving clock within one backtest', () => {
    const world = worldOf(simpleContent(Array.from({ length: 60 }, (_, i) => 10 + i)))
    const cache = cacheOf()
    const { clock, portal } = atEnd(world, cache)
    for (let session = 20; session < 60; session++) {
      clock.atBar(session)
      for (const barCount of [7, 20]) portal.history('A', 'price', barCount, '1d')
    }
    expect(cache.counters()).toMatchObject({
      'history.kept.hits': 0,
      'history.kept.misses': 40,
      'history.recent.hits': 0,
      'history.recent.misses': 40,
    })
  })

  it('keeps the windows of a kept length while 256 others pass through', () => {
    const world = worldOf(simpleContent(Array.from({ length: 400 }, (_, i) => 10 + i)))
    const cache = cacheOf({ keptWindows: [200] })
    const visited = atEnd(world, cache)
    arrayOf(visited, 'close', 200)
    for (let barCount = 1; barCount <= 300; barCount++)
      if (barCount !== 200) arrayOf(visited, 'close', barCount)
    arrayOf(atEnd(world, cache), 'close', 200)
    expect(cache.counters()).toMatchObject({
      'history.kept.hits': 1,
      'history.recent.entries': 256,
      'history.recent.evictions': 299 - 256,
    })
  })

  it('serves every window from 1 to 1000 bars, as array and as frame, the second time without making it', () => {
    const closes = Array.from({ length: 1100 }, (_, i) => (1000 + ((i * 37) % 901)) / 100)
    const split = { asset: 'A', session: 700, kind: 'split' as const, value: new Money(4) }
    const world = worldOf(simpleContent(closes, [split]))
    const cache = cacheOf({ maxBytes: 64 * MIB, maxEntries: 2000 })
    const plain = atEnd(world, plainHistorySource())
    for (const pass of ['makes', 'finds']) {
      const visited = atEnd(world, cache)
      for (let barCount = 1; barCount <= 1000; barCount++) {
        const expected = arrayOf(plain, 'price', barCount) as Float64Array
        const frame = visited.portal.history('A', 'price', barCount, '1d')
        expect(
          Buffer.compare(bytesOf(arrayOf(visited, 'price', barCount)), bytesOf(expected)),
          `${pass} ${barCount}`,
        ).toBe(0)
        expect(
          Buffer.compare(bytesOf(frame.column('price') as Float64Array), bytesOf(expected)),
          `${pass} ${barCount}`,
        ).toBe(0)
      }
    }
    const { 'history.recent.hits': hits, 'history.recent.misses': misses } = cache.counters()
    expect([hits, misses]).toEqual([2 * 999, 2 * 999])
    expect(cache.counters()).toMatchObject({
      'history.kept.hits': 2,
      'history.kept.misses': 2,
      'history.bypasses': 0,
    })
  })

  it('makes windows without a key each time and counts them: too long, too many fields, no integer left', () => {
    const world = worldOf(simpleContent(Array.from({ length: 5000 }, (_, i) => 10 + (i % 90))))
    const cache = cacheOf()
    const visited = atEnd(world, cache)
    expect(arrayOf(visited, 'close', 4097)).toHaveLength(4097)
    expect(visited.portal.history('A', Array(7).fill('close'), 2, '1d').numRows()).toBe(2)
    expect(cache.counters()).toMatchObject({ 'history.bypasses': 2, 'history.recent.misses': 0 })
    expect(arrayOf(visited, 'close', 4096)).toHaveLength(4096)
    expect(cache.counters()).toMatchObject({ 'history.bypasses': 2, 'history.recent.misses': 1 })

    const small = worldOf(simpleContent([1, 2, 3]))
    const crowded = cacheOf({ keys: new WindowKeys(9 + 8) })
    const late = atEnd(small, crowded)
    expect([
      [...arrayOf(late, 'close', 3)],
      [...arrayOf(late, 'open', 2)],
      [...arrayOf(late, 'open', 2)],
    ]).toEqual([
      [1, 2, 3],
      [1, 2],
      [1, 2],
    ])
    expect(crowded.counters()).toMatchObject({ 'history.bypasses': 2, 'history.recent.entries': 1 })
  })

  it('refuses like the plain source: a window before the data, an unknown field', () => {
    const world = worldOf(simpleContent([1, 2, 3]))
    const cache = cacheOf()
    for (const returnType of ['array', 'dataframe'] as const) {
      for (const ask of [
        (portal: Visit['portal']) =>
          portal.history('A', 'close', 4, '1d', { returnType } as { returnType: 'array' }),
        (portal: Visit['portal']) =>
          portal.history('A', 'vwap' as 'close', 2, '1d', { returnType } as {
            returnType: 'array'
          }),
      ]) {
        const [plain, cached] = [plainHistorySource(), cache].map((source) => {
          try {
            return ask(atEnd(world, source).portal)
          } catch (error) {
            return error
          }
        })
        expect(cached).toBeInstanceOf(Error)
        expect(cached).toEqual(plain)
      }
    }
    expect(cache.counters()).toMatchObject({ 'history.recent.entries': 0 })
  })

  it('gives each caller its own table: parameters set on one are not in the next', () => {
    const world = worldOf(simpleContent([1, 2, 3]))
    const cache = cacheOf()
    const frames = [1, 2, 3].map(() => atEnd(world, cache).portal.history('A', 'close', 2, '1d'))
    for (const [i, frame] of frames.entries()) frame.params({ threshold: i })
    expect(frames.map((frame) => frame.params())).toEqual([
      { threshold: 0 },
      { threshold: 1 },
      { threshold: 2 },
    ])
    expect(atEnd(world, cache).portal.history('A', 'close', 2, '1d').params()).toEqual(
      atEnd(world, plainHistorySource()).portal.history('A', 'close', 2, '1d').params(),
    )
    expect(cache.counters()['history.recent.hits']).toBe(3)
  })

  it('counts a column once, however many windows are views of it, until the last of them is dropped', () => {
    const world = worldOf(simpleContent(Array.from({ length: 1000 }, (_, i) => 10 + (i % 90))))
    const cache = cacheOf({ maxEntries: 2 })
    const visited = atEnd(world, cache)
    const held: number[] = []
    for (const [field, barCount] of [
      ['close', 3],
      ['close', 4],
      ['open', 3],
      ['open', 4],
    ] as const) {
      arrayOf(visited, field, barCount)
      held.push(cache.counters()['history.recent.bytes']!)
    }
    const column = 1000 * 8
    const window = held[0]! - column
    expect(window).toBeGreaterThan(0)
    expect(window).toBeLessThan(1000)
    expect(held).toEqual([
      column + window,
      column + 2 * window,
      2 * column + 2 * window,
      column + 2 * window,
    ])
    cache.clear()
    expect(cache.counters()).toMatchObject({
      'history.recent.bytes': 0,
      'history.recent.entries': 0,
      'history.recent.evictions': 2,
    })
  })

  it('refuses a window whose column is larger than the whole limit, and still delivers it', () => {
    const world = worldOf(simpleContent(Array.from({ length: 1000 }, (_, i) => 10 + (i % 90))))
    const cache = cacheOf({ maxBytes: 8000 })
    expect(arrayOf(atEnd(world, cache), 'close', 20)).toHaveLength(20)
    expect(cache.counters()).toMatchObject({ 'history.kept.refusals': 1, 'history.kept.bytes': 0 })
  })

  it('continues without a store that fails, warns and counts', () => {
    const stores = { kept: new FlakyStore(9), recent: new FlakyStore(9) }
    const warnings: unknown[] = []
    const cache = cacheOf({ stores, log: { warn: (details) => warnings.push(details) } })
    const world = worldOf(simpleContent([1, 2, 3]))
    stores.recent.failing = 'read'
    expect([...arrayOf(atEnd(world, cache), 'close', 2)]).toEqual([2, 3])
    stores.recent.failing = 'write'
    expect(atEnd(world, cache).portal.history('A', 'close', 2, '1d').array('close')).toEqual([2, 3])
    expect(warnings).toEqual(
      ['read', 'write'].map((step) => ({
        cache: 'history.recent',
        operation: 'fall back',
        step,
        reason: 'medium lost',
      })),
    )
    expect(cache.counters()['history.fallbacks']).toBe(2)
  })

  it('logs every hit, miss, store, eviction, bypass and clearing at level debug', () => {
    const lines: Record<string, unknown>[] = []
    const log = {
      warn: () => undefined,
      debug: (details: Readonly<Record<string, unknown>>) => lines.push(details),
    }
    const cache = cacheOf({ log, maxEntries: 1, keptWindows: [3], keys: new WindowKeys(9 + 9) })
    const world = worldOf(simpleContent([1, 2, 3]))
    arrayOf(atEnd(world, cache), 'close', 3)
    arrayOf(atEnd(world, cache), 'close', 3)
    arrayOf(atEnd(world, cache), 'close', 2)
    atEnd(world, cache).portal.history('A', 'close', 1, '1d')
    arrayOf(atEnd(world, cache), 'open', 1)
    cache.clear()
    expect(lines.map(({ cache: name, operation }) => `${name} ${operation}`)).toEqual([
      'history.kept miss',
      'history.kept store',
      'history.kept hit',
      'history.recent miss',
      'history.recent store',
      'history.recent miss',
      'history.recent store',
      'history.recent evict',
      'history bypass',
      'history.kept clear',
      'history.recent clear',
    ])
    expect(lines[0]).toEqual({
      cache: 'history.kept',
      operation: 'miss',
      key: 9,
      asset: 'A',
      fields: 'close',
      form: 'array',
      barCount: 3,
      bar: 2,
      hitRate: 0,
    })
    expect(lines[5]).toMatchObject({ fields: ['close'], form: 'dataframe', barCount: 1, bar: 2 })
  })

  it('does not call the plain source on a hit', () => {
    const world = worldOf(simpleContent([1, 2, 3, 4]))
    let made = 0
    const plain = plainHistorySource()
    const counting: HistorySource = {
      windows(history, scope) {
        const windows = plain.windows(history, scope)
        return {
          window(field, barCount) {
            made++
            return windows.window(field, barCount)
          },
          frame(fields, barCount) {
            made++
            return windows.frame(fields, barCount)
          },
        }
      },
    }
    const cache = historyCache(counting, {
      maxBytes: MIB,
      maxEntries: 9,
      keptWindows: [3],
      keepsArrays: true,
      log: engineLog(),
    })
    for (let i = 0; i < 5; i++) {
      arrayOf(atEnd(world, cache), 'price', 3)
      atEnd(world, cache).portal.history('A', 'price', 2, '1d')
    }
    expect(made).toBe(2)
  })
})

describe('a window', () => {
  const closes = Array.from({ length: 10 }, (_, i) => 10 + i)
  const split = { asset: 'A', session: 5, kind: 'split' as const, value: new Money(2) }

  it.each([
    ['plain', () => plainHistorySource()],
    ['cached', () => cacheOf()],
  ])(
    'is not changed by what was written to another, with and without adjustments: %s',
    (_, sourceOf) => {
      for (const events of [[], [split]]) {
        const source = sourceOf()
        const world = worldOf(simpleContent(closes, events))
        const expected = [...arrayOf(atEnd(world, plainHistorySource()), 'close', 7)]
        for (let visits = 0; visits < 3; visits++) {
          const visited = atEnd(world, source)
          const window = arrayOf(visited, 'close', 7) as Float64Array
          const column = visited.portal.history('A', 'close', 7, '1d').column('close')
          expect([[...window], [...(column as Float64Array)]]).toEqual([expected, expected])
          for (const own of [window, column as Float64Array]) {
            own.reverse()
            new Float64Array(own.buffer).fill(-1)
            new Float64Array(own.subarray(0).buffer).fill(-1)
          }
        }
      }
    },
  )
})

type Failing = 'no' | 'read' | 'write'

/** A store with room for a few windows that fails from time to time. */
class FlakyStore implements WindowStore {
  failing: Failing = 'no'
  readonly #lru: Lru<KeptWindow, number>

  constructor(maxEntries: number) {
    this.#lru = new Lru({ maxEntries })
  }

  get(key: number): KeptWindow | undefined {
    if (this.failing === 'read') throw new Error('medium lost')
    return this.#lru.get(key)
  }

  set(key: number, value: KeptWindow): void {
    if (this.failing === 'write') throw new Error('medium lost')
    this.#lru.set(key, value)
  }

  counters() {
    return this.#lru.counters()
  }
}

/**
 * One market and changes to it: restated prices, an event added or changed, an asset or sessions
 * added, other scales, another volume.
 */
function changingWorlds(): readonly BundleContent[] {
  const sessions = [0, 1, 2, 4, 5, 6, 7]
  const closes = [5000, 5100, 5200, 5150, 5300, 5250, 5400]
  const base: BundleContent = {
    ...simpleContent([1]),
    sessions: isoDays(8),
    bars: [assetBars('A', sessions, closes)],
    adjustments: [
      { asset: 'A', session: 3, kind: 'dividend', value: new Money('0.5') },
      { asset: 'A', session: 5, kind: 'split', value: new Money(2) },
    ],
  }
  const [dividend, split] = base.adjustments
  return [
    base,
    { ...base, bars: [assetBars('A', sessions, closes.with(2, 5201))] },
    { ...base, bars: [assetBars('A', sessions, closes, 2000)] },
    { ...base, bars: [assetBars('A', [0, 1, 3, 4, 5, 6, 7], closes)] },
    { ...base, adjustments: [dividend!] },
    { ...base, adjustments: [dividend!, { ...split!, value: new Money(3) }] },
    { ...base, bars: [...base.bars, assetBars('B', [1, 2, 6], [700, 800, 900])] },
    { ...base, sessions: isoDays(9) },
    { ...base, sessions: isoDays(8, Date.UTC(2015, 0, 1)) },
    { ...base, scales: { ...base.scales, price: 3 } },
  ]
}

function bytesOf(window: ArrayLike<number>): Buffer {
  const { buffer, byteOffset, byteLength } = window as Float64Array
  return Buffer.from(buffer, byteOffset, byteLength)
}
