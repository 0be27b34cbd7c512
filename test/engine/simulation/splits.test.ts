import { describe, expect, it } from 'vitest'
import {
  type Adjustment,
  type BacktestSpec,
  type BundleContent,
  type Context,
  Money,
  memoryBundle,
  openEngine,
  pureBaseline,
} from '../../../engine/index.js'
import { eachBar, isoDays, simpleContent } from '../../support.js'

/** Bars that open, trade and close at one price, in units; a split `value:per` before `session`. */
function flatBars(
  prices: readonly number[],
  session: number,
  value: number,
  per: number,
): BundleContent {
  const split: Adjustment = {
    asset: 'A',
    session,
    kind: 'split',
    value: new Money(value),
    per: new Money(per),
  }
  const ticks = Float64Array.from(prices, (price) => Math.round(price * 100))
  return {
    ...simpleContent([1]),
    sessions: isoDays(prices.length),
    bars: [
      {
        asset: 'A',
        session: Int32Array.from(prices.keys()),
        open: ticks,
        high: ticks,
        low: ticks,
        close: ticks,
        volume: new Float64Array(prices.length).fill(1000),
      },
    ],
    adjustments: [split],
  }
}

async function backtest(
  content: BundleContent,
  act: (context: Context) => void,
  spec: Partial<BacktestSpec> = {},
) {
  const held: number[] = []
  const result = await openEngine(pureBaseline()).backtest({
    bundle: memoryBundle(content),
    algorithm: {
      ...eachBar(act),
      analyze: (context) => void held.push(context.portfolio.position('A')),
    },
    cash: 1000,
    ...spec,
  })
  return { ...result, held: held[0] }
}

describe('a split by a ratio that no decimal equals', () => {
  it('keeps positions, windows and volumes exact: 1:3', async () => {
    const content = flatBars([10, 11, 12, 36, 45], 3, 1, 3)
    const windows: number[][] = []
    const result = await openEngine(pureBaseline()).backtest({
      bundle: memoryBundle(content),
      cash: 1000,
      algorithm: eachBar((context, data) => {
        context.orderTarget('A', context.session < 3 ? 30 : 10)
        if (context.session !== 4) return
        for (const field of ['close', 'volume'] as const)
          windows.push([...data.history('A', field, 5, '1d', { returnType: 'array' })])
      }),
    })
    // 30 shares at 11 become 10 at 33; 45 at the end: 1000 − 330 + 450.
    expect(result.finalEquity).toBe('1120')
    expect(windows).toEqual([
      [30, 33, 36, 36, 45],
      [333, 333, 333, 1000, 1000],
    ])
    expect(result.trades).toMatchObject([{ entryPrice: '33', profit: '120' }])
    expect(result.orders).toHaveLength(1)
  })

  it.each([
    [30, 1, 3, 10, 0],
    [31, 1, 3, 10, 12],
    [-31, 1, 3, -11, 24],
    [21, 1, 7, 3, 0],
    [-21, 1, 7, -3, 0],
    [7, 4, 3, 9, 3],
    [-7, 4, 3, -10, 6],
  ])(
    'makes %d shares by %d:%d into %d, with %d in cash',
    async (shares, value, per, held, cash) => {
      const result = await backtest(flatBars([12, 12, 12], 2, value, per), (context) => {
        if (context.session === 0) context.order('A', shares)
      })
      expect([result.held, result.finalCash]).toEqual([held, String(1000 - 12 * shares + cash)])
    },
  )

  it('gives limit and stop prices and average prices exactly, once rounded', async () => {
    const content = flatBars([3, 2, 0.01, 0.01], 3, 400, 3)
    const result = await backtest(content, (context) => {
      if (context.session < 2) context.order('A', 1)
      if (context.session === 2) context.order('A', 2, { limit: '0.02', stop: '2.02' })
    })
    // 2.02 × 3 ÷ 400 = 0.01515; the average of 2 and 0.01 is 1.005 × 3 ÷ 400.
    expect(result.orders[2]).toMatchObject({ shares: 266, stop: '0.02', limit: '0' })
    expect(result.trades).toMatchObject([{ entryPrice: '0.01' }])
  })
})

describe('a working order across a split', () => {
  // [held, ordered, new, old, held in the end]: flat before, flat after.
  it.each([
    [-5, 5, 1, 10],
    [-5, 5, 1, 3],
    [-5, 5, 3, 2],
    [-7, 7, 1, 7],
    [5, -5, 1, 10],
    [5, -5, 1, 3],
    [5, -5, 3, 2],
    [-0.5, 0.5, 3, 1],
  ])('closes %d shares by %d through %d:%d', async (held, ordered, value, per) => {
    for (const style of [
      undefined,
      { limit: ordered > 0 ? 1e6 : 0.01 },
      { stop: ordered > 0 ? 0.01 : 1e6 },
    ]) {
      const result = await backtest(flatBars([10, 10, 10, 10, 20], 2, value, per), (context) => {
        if (context.session === 0) context.order('A', held)
        if (context.session === 1) context.order('A', ordered, style)
      })
      expect(result.held).toBe(0)
      expect(result.finalEquity).toBe(result.finalCash)
    }
  })

  it('closes a short by a target placed the evening before a reverse split', async () => {
    const result = await backtest(flatBars([10, 10, 10, 100, 200], 3, 1, 10), (context) => {
      if (context.session === 0) context.orderTarget('A', -5)
      if (context.session === 2) context.orderTarget('A', 0)
    })
    expect(result.orders[1]).toMatchObject({ shares: 1, filled: 1, status: 'filled' })
    expect([result.held, result.finalEquity]).toEqual([0, '1000'])
  })

  it('closes in parts, each market order after the one before', async () => {
    const result = await backtest(flatBars([10, 10, 10, 100, 200], 2, 1, 10), (context) => {
      if (context.session === 0) context.order('A', -5)
      if (context.session !== 1) return
      context.order('A', 2)
      context.order('A', 3)
    })
    expect(result.orders.map(({ status, shares }) => [status, shares])).toEqual([
      ['filled', -5],
      ['cancelled', 0],
      ['filled', 1],
    ])
    expect(result.held).toBe(0)
  })

  it('closes what an earlier order opens, and each of two alternatives closes all', async () => {
    const opened = await backtest(flatBars([10, 10, 10, 30], 1, 1, 3), (context) => {
      if (context.session !== 0) return
      context.order('A', -5)
      context.order('A', 5)
    })
    expect(opened.orders.map(({ shares }) => shares)).toEqual([-1, 1])
    const bracket = await backtest(flatBars([10, 10, 10, 30], 2, 1, 3), (context) => {
      if (context.session === 0) context.order('A', -5)
      if (context.session !== 1) return
      context.order('A', 5, { stop: 50 })
      context.order('A', 5, { limit: 1 })
    })
    expect(bracket.orders.slice(1)).toMatchObject([
      { shares: 2, stop: '150' },
      { shares: 2, limit: '3' },
    ])
  })

  it('takes a position off in steps, beside a stop for all of it', async () => {
    const result = await backtest(flatBars([10, 10, 10, 10], 2, 1, 4), (context) => {
      if (context.session === 0) context.order('A', -10)
      if (context.session !== 1) return
      context.order('A', 5, { limit: 1 })
      context.order('A', 5, { limit: 2 })
      context.order('A', 10, { stop: 50 })
      context.order('A', -2, { limit: 50 })
      context.order('A', 12, { stop: 70 })
      context.order('A', 20, { stop: 90 })
    })
    // −10 becomes −3; 5 ÷ 4 is 1, and the second five close what is left. −2 would be none.
    expect(result.orders.slice(1).map(({ shares }) => shares)).toEqual([1, 2, 3, 0, 3, 5])
  })

  it('does not turn a position that it only reduces', async () => {
    const result = await backtest(flatBars([10, 10, 10, 10], 2, 1, 4), (context) => {
      if (context.session === 0) context.order('A', 7)
      if (context.session === 1) context.order('A', -6)
    })
    // 7 becomes 1, and 6 ÷ 4 is 1.
    expect(result.held).toBe(0)
  })
})
