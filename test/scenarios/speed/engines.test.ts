import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { combinations } from '../../../scenarios/speed/combinations.js'
import { differenceOf } from '../../../scenarios/speed/compare-results.js'
import { openSpeedEngine as openGrademark } from '../../../scenarios/speed/engines/grademark-engine.js'
import { openSpeedEngine as openLimit } from '../../../scenarios/speed/engines/limit-loop.js'
import {
  fillAt,
  packFills,
  type SpeedBars,
  type SpeedData,
  type SpeedResult,
} from '../../../scenarios/speed/speed-engine.js'
import { exactCrossover } from '../../support.js'

const SCALE = 2
const CASH_TICKS = 100_000_000n
const PAIRS = [
  { fast: 1, slow: 2 },
  { fast: 2, slow: 3 },
  { fast: 2, slow: 5 },
]

const markets = fc.integer({ min: 5, max: 60 }).chain((bars) =>
  fc.array(
    fc.array(fc.tuple(fc.integer({ min: 90, max: 110 }), fc.integer({ min: 90, max: 110 })), {
      minLength: bars,
      maxLength: bars,
    }),
    { minLength: 1, maxLength: 3 },
  ),
)

function dataOf(assets: readonly (readonly (readonly [number, number])[])[]): SpeedData {
  const bars = assets.map((rows): SpeedBars => {
    const open = Float64Array.from(rows, ([price]) => price)
    const close = Float64Array.from(rows, ([, price]) => price)
    const high = open.map((price, i) => Math.max(price, close[i]!))
    const low = open.map((price, i) => Math.min(price, close[i]!))
    return { open, high, low, close, volume: open.map(() => 1000) }
  })
  return {
    times: Float64Array.from(assets[0]!.keys(), (bar) => 86_400_000 * bar),
    assets: bars,
    names: assets.map((_, i) => `A${i}`),
    priceScale: SCALE,
    bundle: '',
  }
}

/** The same by the bigint oracle, asset by asset. */
function oracle({ assets }: SpeedData): SpeedResult[] {
  return PAIRS.map(({ fast, slow }) => {
    const each = assets.map(({ open, close }) =>
      exactCrossover(Array.from(open, BigInt), Array.from(close, BigInt), fast, slow, CASH_TICKS),
    )
    return {
      fills: packFills(
        each.flatMap(({ fills }, asset) =>
          fills.map(({ bar, shares, price }) => ({
            asset,
            bar,
            shares: Number(shares),
            ticks: Number(price),
          })),
        ),
      ),
      equity: Number(each.reduce((sum, { equity }) => sum + equity - CASH_TICKS, CASH_TICKS)),
    }
  })
}

describe('the limit loop', () => {
  test.prop([markets], { numRuns: 1000 })('makes the trades of the bigint oracle', (market) => {
    const data = dataOf(market)
    const limit = openLimit(data)
    expect(limit.results(limit.run(PAIRS) as never)).toEqual(oracle(data))
  })
})

describe('grademark', () => {
  test.prop([markets], { numRuns: 300 })(
    'makes the same trades if each bar is fed as its open and its close',
    async (market) => {
      const data = dataOf(market)
      const engine = await openGrademark(data, { halves: true })
      expect(await engine.results((await engine.run(PAIRS)) as never)).toEqual(oracle(data))
    },
  )

  it('with each bar once evaluates no rule on the bar of a fill, so its trades differ', async () => {
    // Above at bar 1, below at bar 2, in which the buy is filled.
    const data = dataOf([[10, 12, 8, 8, 8, 8].map((price) => [price, price] as const)])
    const engine = await openGrademark(data, {})
    const pairs = [{ fast: 1, slow: 2 }]
    const results = await engine.results((await engine.run(pairs)) as never)
    const limit = openLimit(data)
    const limits = await limit.results(limit.run(pairs) as never)
    expect(differenceOf(results, limits, pairs)).toBe(
      '1 of 1 backtests differ from the limit loop, first fast 1, slow 2: fill 2 is missing instead of a sale (asset 1, bar 4, 8 ticks)',
    )
  })
})

describe('differenceOf', () => {
  const result = (change: Partial<SpeedResult> = {}): SpeedResult => ({
    fills: packFills([
      { asset: 1, bar: 7, shares: -10, ticks: 101 },
      { asset: 0, bar: 7, shares: 10, ticks: 100 },
    ]),
    equity: 5,
    ...change,
  })

  it('finds nothing in equal results, in whichever order fills were given', () => {
    expect(differenceOf([result()], [result(), result()], PAIRS)).toBeUndefined()
    expect(fillAt(result().fills, 0)).toEqual({ asset: 0, bar: 7, shares: 10, ticks: 100 })
    expect(fillAt(result().fills, 2)).toBeUndefined()
  })

  it('counts the backtests that differ and describes the first difference', () => {
    const other = packFills([
      { asset: 0, bar: 7, shares: 10, ticks: 100 },
      { asset: 1, bar: 8, shares: 7, ticks: 101 },
    ])
    expect(
      differenceOf(
        [result(), result({ fills: other }), result({ equity: 6 })],
        Array(3).fill(result()),
        PAIRS,
      ),
    ).toBe(
      '2 of 3 backtests differ from the limit loop, first fast 2, slow 3: fill 2 is a buy (7 shares, asset 2, bar 9, 101 ticks) instead of a sale (asset 2, bar 8, 101 ticks)',
    )
  })

  it('compares the equity, and refuses an engine without results', () => {
    expect(differenceOf([result({ equity: 6 })], [result()], PAIRS)).toContain(
      'final equity is 6 ticks instead of 5',
    )
    expect(differenceOf([], [result()], PAIRS)).toBe('it has no result')
  })
})

describe('the combinations', () => {
  it('are 100 different ones, and any first ten have every fast average', () => {
    const all = combinations()
    expect(new Set(all.map(({ fast, slow }) => `${fast} ${slow}`)).size).toBe(100)
    expect(new Set(all.slice(0, 10).map(({ fast }) => fast)).size).toBe(10)
    expect(new Set(all.slice(0, 10).map(({ slow }) => slow)).size).toBeGreaterThan(5)
    expect(all.every(({ fast, slow }) => fast < slow)).toBe(true)
  })
})
