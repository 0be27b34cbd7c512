import { describe, expect, it } from 'vitest'
import {
  type BacktestSpec,
  type BundleContent,
  type Context,
  Money,
  memoryBundle,
  type OrderStyle,
  openEngine,
  type Portal,
  pureBaseline,
} from '../../../engine/index.js'
import { assetBars, eachBar, isoDays, simpleContent } from '../../support.js'

async function backtest(
  content: BundleContent,
  act: (context: Context, data: Portal) => void,
  spec: Partial<BacktestSpec> = {},
) {
  return openEngine(pureBaseline()).backtest({
    bundle: memoryBundle(content),
    algorithm: eachBar(act),
    cash: 10_000,
    ...spec,
  })
}

/** Bars by hand: [open, high, low, close] in units; an absent bar did not trade. */
function barsOf(
  rows: readonly (readonly [number, number, number, number] | undefined)[],
  volume = 1000,
): BundleContent {
  const traded = rows.flatMap((row, session) => (row === undefined ? [] : [{ row, session }]))
  const column = (k: 0 | 1 | 2 | 3) =>
    Float64Array.from(traded, ({ row }) => Math.round(row[k] * 100))
  return {
    ...simpleContent([1]),
    sessions: isoDays(rows.length),
    bars: [
      {
        asset: 'A',
        session: Int32Array.from(traded, ({ session }) => session),
        open: column(0),
        high: column(1),
        low: column(2),
        close: column(3),
        volume: new Float64Array(traded.length).fill(volume),
      },
      assetBars(
        'Z',
        rows.map((_, i) => i),
        rows.map(() => 100),
      ),
    ],
  }
}

/** Orders once, at bar 0. */
function once(shares: number, style?: OrderStyle) {
  return (context: Context) => {
    if (context.session === 0) context.order('A', shares, style)
  }
}

const ROWS = [
  [10, 11, 9, 10],
  [10.5, 12, 10, 11],
  [11.5, 13, 8, 12],
] as const

describe('market orders', () => {
  it('fill at the open of the next bar, at the raw price', async () => {
    const { fills, finalEquity, finalCash } = await backtest(barsOf(ROWS), once(10))
    expect(fills).toEqual([
      { order: 1, date: '2014-01-02', asset: 'A', shares: 10, price: '10.5', commission: '0' },
    ])
    expect([finalCash, finalEquity]).toEqual(['9895', '10015'])
  })

  it('fill at its close with policy next-close', async () => {
    const { fills } = await backtest(barsOf(ROWS), once(10), { fill: 'next-close' })
    expect(fills).toMatchObject([{ date: '2014-01-02', price: '11' }])
  })

  it('wait for a bar with volume', async () => {
    const { fills } = await backtest(barsOf([ROWS[0], undefined, undefined, ROWS[2]]), once(10))
    expect(fills).toMatchObject([{ date: '2014-01-04', price: '11.5' }])
  })

  it('never fill when placed on the last bar', async () => {
    const { fills, orders } = await backtest(barsOf(ROWS), (context) => {
      if (context.session === 2) context.order('A', 10)
    })
    expect(fills).toEqual([])
    expect(orders).toEqual([
      { id: 1, asset: 'A', placed: '2014-01-03', shares: 10, filled: 0, status: 'open' },
    ])
  })

  it('fill at the open of the same session when placed before it', async () => {
    const algorithm = {
      beforeTradingStart(context: Context) {
        if (context.session === 1) context.order('A', 3)
      },
      handleData: () => undefined,
    }
    const { fills, orders } = await openEngine(pureBaseline()).backtest({
      bundle: memoryBundle(barsOf(ROWS)),
      algorithm,
    })
    expect(fills).toMatchObject([{ date: '2014-01-02', price: '10.5' }])
    expect(orders).toMatchObject([{ placed: '2014-01-01' }])
  })
})

describe('limit and stop orders', () => {
  // [shares, style, fill policy, expected date and price]
  it.each<[number, OrderStyle, 'next-open' | 'next-close', string, string]>([
    [10, { limit: 11 }, 'next-open', '2014-01-02', '10.5'],
    [10, { limit: 10.2 }, 'next-open', '2014-01-02', '10.2'],
    [10, { limit: '9.5' }, 'next-open', '2014-01-03', '9.5'],
    [-10, { limit: 10 }, 'next-open', '2014-01-02', '10.5'],
    [-10, { limit: 12.5 }, 'next-open', '2014-01-03', '12.5'],
    [10, { stop: 10.5 }, 'next-open', '2014-01-02', '10.5'],
    [10, { stop: 11.8 }, 'next-open', '2014-01-02', '11.8'],
    [-10, { stop: 9 }, 'next-open', '2014-01-03', '9'],
    [10, { stop: 11.8, limit: 11 }, 'next-open', '2014-01-03', '11'],
    [10, { stop: 10.5, limit: 11 }, 'next-open', '2014-01-02', '10.5'],
    [10, { limit: 11 }, 'next-close', '2014-01-02', '11'],
    [-10, { limit: 11.5 }, 'next-close', '2014-01-03', '12'],
    [10, { stop: 11.5 }, 'next-close', '2014-01-03', '12'],
  ])('%d shares with %j under %s fill on %s… at %s…', async (shares, style, fill, date, price) => {
    const { fills } = await backtest(barsOf(ROWS), once(shares, style), { fill })
    expect(fills).toMatchObject([{ date, shares, price }])
  })

  it.each<[number, OrderStyle, 'next-open' | 'next-close']>([
    [10, { limit: 7 }, 'next-open'],
    [-10, { limit: 14 }, 'next-open'],
    [10, { stop: 14 }, 'next-open'],
    [10, { limit: 10.9 }, 'next-close'],
    [-10, { stop: 10 }, 'next-close'],
  ])('%d shares with %j under %s stay open', async (shares, style, fill) => {
    const { fills, orders } = await backtest(barsOf(ROWS), once(shares, style), { fill })
    expect(fills).toEqual([])
    expect(orders).toMatchObject([{ status: 'open', filled: 0 }])
  })

  it('can be cancelled while open, and not after', async () => {
    const answers: boolean[] = []
    const { orders } = await backtest(barsOf(ROWS), (context) => {
      if (context.session === 0) {
        context.order('A', 10, { limit: 1 })
        context.order('A', 10)
        expect(context.openOrders()).toEqual([1, 2])
        expect(context.openOrders('Z')).toEqual([])
      }
      if (context.session === 1)
        answers.push(context.cancel(1), context.cancel(1), context.cancel(2), context.cancel(99))
    })
    expect(answers).toEqual([true, false, false, false])
    expect(orders.map(({ status }) => status)).toEqual(['cancelled', 'filled'])
  })
})

describe('targets and values', () => {
  it('order the difference, and place no second order while one is open', async () => {
    const { orders } = await backtest(barsOf([ROWS[0], undefined, ROWS[1], ROWS[2]]), (context) => {
      context.orderTarget('A', 10)
      context.orderTarget('A', 10)
    })
    expect(orders.map(({ shares }) => shares)).toEqual([10])
  })

  it.each([0.1, 3, 1e6, 2e6])(
    'place nothing at a target of %d that is held, and order 2e-8 more or less',
    async (target) => {
      const { orders } = await backtest(
        barsOf(ROWS, 1e9),
        (context) => {
          context.orderTarget('A', target)
          if (context.session === 0) return
          // Two hundred-millionths, because they are the least that a double of 2e6 can differ by.
          context.orderTarget('A', target + 2e-8)
          context.orderTarget('A', target)
        },
        { cash: 1e9 },
      )
      const perSession = [2e-8, -2e-8]
      expect(orders.map(({ shares }) => shares)).toEqual([
        target,
        ...ROWS.slice(1).flatMap(() => perSession),
      ])
    },
  )

  it('buy whole shares for a value, and for a share of the portfolio', async () => {
    const { orders } = await backtest(barsOf(ROWS), (context) => {
      if (context.session !== 0) return
      context.orderValue('A', 99)
      context.orderValue('A', -55)
      context.orderTargetPercent('A', 0.5)
      context.orderValue('A', 3)
    })
    expect(orders.map(({ shares }) => shares)).toEqual([9, -5, 496])
  })

  it('place no order for zero shares', async () => {
    const { orders } = await backtest(barsOf(ROWS), (context) => {
      expect(context.order('A', 0)).toBeUndefined()
      expect(context.order('A', 1e-9)).toBeUndefined()
    })
    expect(orders).toEqual([])
  })

  it.each<[string, (context: Context) => unknown, RegExp]>([
    ['an unknown asset', (context) => context.order('B', 1), /no asset 'B'/],
    ['an unknown target', (context) => context.orderTarget('B', 1), /no asset 'B'/],
    ['NaN shares', (context) => context.order('A', Number.NaN), /order of NaN shares/],
    ['a negative limit', (context) => context.order('A', 1, { limit: -1 }), /limit price -1/],
    [
      'a limit that is not a number',
      (context) => context.order('A', 1, { limit: 'cheap' }),
      /limit price cheap/,
    ],
    ['a stop of zero', (context) => context.order('A', 1, { stop: 0 }), /stop price 0/],
    [
      'a value that is not a number',
      (context) => context.orderValue('A', Number.NaN),
      /order value NaN/,
    ],
    [
      'a fraction that is not a number',
      (context) => context.orderTargetPercent('A', Number.NaN),
      /target fraction NaN/,
    ],
  ])('refuse %s', async (_, act, message) => {
    await expect(backtest(barsOf(ROWS), act)).rejects.toThrow(message)
  })

  it('refuse to value an asset without a price', async () => {
    await expect(
      backtest(barsOf([undefined, ROWS[0], ROWS[1]]), (context) => context.orderValue('A', 100)),
    ).rejects.toThrow(/no price yet at 2014-01-01/)
  })

  it('refuse orders outside a session', async () => {
    const algorithm = {
      initialize: (context: Context) => void context.order('A', 1),
      handleData: () => undefined,
    }
    await expect(
      openEngine(pureBaseline()).backtest({ bundle: memoryBundle(barsOf(ROWS)), algorithm }),
    ).rejects.toThrow(/beforeTradingStart and handleData only/)
  })
})

describe('slippage', () => {
  it('moves every fill by basis points, half-even to the tick, against the trader', async () => {
    const act = (context: Context) => {
      if (context.session === 0) context.order('A', 10)
      if (context.session === 1) context.order('A', -10)
    }
    const { fills } = await backtest(barsOf(ROWS), act, {
      slippage: { kind: 'fixed', basisPoints: 100 },
    })
    expect(fills.map(({ price }) => price)).toEqual(['10.6', '11.38'])
  })

  it('never moves a limit order past its limit', async () => {
    const slippage = { kind: 'fixed', basisPoints: 500 } as const
    const { fills } = await backtest(barsOf(ROWS), once(10, { limit: 10.6 }), { slippage })
    expect(fills).toMatchObject([{ price: '10.6' }])
  })

  it('fills a share of the volume per bar and leaves the rest open', async () => {
    const slippage = { kind: 'volume-share', limit: 0.01, impact: 0.1 } as const
    const act = (context: Context) => {
      if (context.session !== 0) return
      context.order('A', 15)
      context.order('A', 1)
    }
    const { fills, orders } = await backtest(barsOf([...ROWS, [12, 13, 11, 12]]), act, { slippage })
    expect(fills.map(({ order, shares, price }) => [order, shares, price])).toEqual([
      [1, 10, '10.5'],
      [1, 5, '11.5'],
      [2, 1, '11.5'],
    ])
    expect(orders.map(({ filled }) => filled)).toEqual([15, 1])
  })

  it('moves the price by the square of the share of the volume', async () => {
    const slippage = { kind: 'volume-share', limit: 0.5, impact: 0.1 } as const
    const { fills } = await backtest(barsOf(ROWS), once(500), { slippage })
    expect(fills[0]!.price).toBe(new Money('10.5').times('1.025').toDecimalPlaces(2).toFixed())
  })
})

describe('commission', () => {
  it.each([
    [{ kind: 'per-share', cost: '0.0051' }, '0.05', '0.05'],
    [{ kind: 'per-trade', cost: 7 }, '7', '7'],
    [{ kind: 'per-dollar', rate: '0.001' }, '0.1', '0.12'],
  ] as const)('%j costs %s and %s', async (commission, first, second) => {
    const act = (context: Context) => {
      if (context.session < 2) context.order('A', context.session === 0 ? 10 : -10)
    }
    const { fills, finalCash } = await backtest(barsOf(ROWS), act, { commission })
    expect(fills.map((fill) => fill.commission)).toEqual([first, second])
    expect(finalCash).toBe(new Money(10_010).minus(first).minus(second).toFixed())
  })

  it('per trade is paid once for an order that fills in parts', async () => {
    const { fills } = await backtest(barsOf(ROWS), once(15), {
      slippage: { kind: 'volume-share', limit: 0.01, impact: 0 },
      commission: { kind: 'per-trade', cost: '4.95' },
    })
    expect(fills.map(({ commission }) => commission)).toEqual(['4.95', '0'])
  })
})
