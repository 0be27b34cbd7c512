import { describe, expect, it } from 'vitest'
import {
  type AssetBars,
  type BacktestSpec,
  type BundleContent,
  digest,
  enable,
  memoryBundle,
  openEngine,
  pureBaseline,
} from '../../engine/index.js'
import { seededRandom } from '../../harness/statistics/random.js'
import { marketContent } from '../../scenarios/market/market-content.js'
import { declaredCrossover } from '../../scenarios/strategies/declared-crossover.js'
import { smaCrossover } from '../../scenarios/strategies/sma-crossover.js'
import { crossoverOf } from '../../scenarios/workloads/search-space.js'

const SESSIONS = 260
const LENGTHS = [
  { fast: 1, slow: 2 },
  { fast: 5, slow: 20 },
  { fast: 19, slow: 61 },
] as const

/** The bars of an asset for which `keeps` holds at their place. */
function filtered(bars: AssetBars, keeps: (index: number) => boolean): AssetBars {
  const kept = (column: Float64Array) => column.filter((_, index) => keeps(index))
  return {
    ...bars,
    session: bars.session.filter((_, index) => keeps(index)),
    open: kept(bars.open),
    high: kept(bars.high),
    low: kept(bars.low),
    close: kept(bars.close),
    volume: kept(bars.volume),
  }
}

/**
 * A market with splits, dividends and halts. One asset lists late, one ends early, one is halted
 * half of the time, and one has a calendar of its own.
 */
function market(seed: number): BundleContent {
  const content = marketContent({ assets: 6, sessions: SESSIONS }, seed)
  const random = seededRandom(seed)
  const listed = 10 + Math.floor(random() * 150)
  const isHalted = Array.from({ length: SESSIONS }, () => random() < 0.5)
  const changed: ((bars: AssetBars) => AssetBars)[] = [
    (bars) => filtered(bars, (index) => index >= listed),
    (bars) => filtered(bars, (index) => index < 200),
    (bars) => filtered(bars, (index) => !isHalted[index]!),
    (bars) => ({ ...filtered(bars, (index) => index % 7 < 5), ownCalendar: true }),
  ]
  return { ...content, bars: content.bars.map((bars, i) => changed[i]?.(bars) ?? bars) }
}

const RANGES: readonly Omit<BacktestSpec, 'bundle' | 'algorithm'>[] = [
  {},
  { range: { start: 70 } },
  { range: { start: 70, end: 190 }, warmUp: 30, dividendPolicy: 'ex-close' },
]

describe('the crossover on declared indicators', () => {
  it('has the results of the one on windows, on random markets and in every range', async () => {
    const seen = { fills: 0, splits: 0, dividends: 0 }
    for (let seed = 1; seed <= 3; seed++) {
      const content = market(seed)
      const bundle = memoryBundle(content)
      const windows = openEngine(pureBaseline())
      const shared = openEngine(enable(pureBaseline(), { sharedIndicators: true }))
      const plain = openEngine(pureBaseline())
      for (const where of RANGES)
        for (const lengths of LENGTHS) {
          const algorithm = smaCrossover({ ...lengths, shares: 10, returnType: 'dataframe' })
          const expected = await windows.backtest({ bundle, algorithm, ...where })
          const declared = declaredCrossover({ ...lengths, shares: 10 })
          // Twice in the engine that keeps the values: computed, and found.
          for (const engine of [plain, shared, shared])
            expect(digest(await engine.backtest({ bundle, algorithm: declared, ...where }))).toBe(
              digest(expected),
            )
          seen.fills += expected.fills.length
        }
      seen.splits += content.adjustments.filter(({ kind }) => kind === 'split').length
      seen.dividends += content.adjustments.filter(({ kind }) => kind === 'dividend').length
      expect(shared.counters()['indicators.hits']).toBeGreaterThan(0)
    }
    expect(seen.fills).toBeGreaterThan(500)
    expect(seen.splits).toBeGreaterThan(1)
    expect(seen.dividends).toBeGreaterThan(25)
  })

  it('is the form of a search whose configuration shares indicators', async () => {
    const bundle = memoryBundle(market(7))
    const config = enable(pureBaseline(), { sharedIndicators: true })
    const entriesOf = async (chosen: typeof config) => {
      const engine = openEngine(config)
      await engine.backtest({ bundle, algorithm: crossoverOf({ fast: 5, slow: 20 }, chosen) })
      return engine.counters()['indicators.entries']
    }
    // A column of sums for each of two averages of six assets.
    expect(await entriesOf(config)).toBe(12)
    expect(await entriesOf(pureBaseline())).toBe(0)
  })
})
