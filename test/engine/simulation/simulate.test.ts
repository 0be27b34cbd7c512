import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Adjustment,
  type BundleContent,
  type Context,
  canonical,
  digest,
  Money,
  memoryBundle,
  openEngine,
  pureBaseline,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { drawn } from '../../fixtures/drawn.js'
import { assetBars, contentOf, eachBar, marketShape, simpleContent } from '../../support.js'

async function backtest(content: BundleContent, algorithm: TradingAlgorithm, cash = 10_000) {
  return openEngine(pureBaseline()).backtest({ bundle: memoryBundle(content), algorithm, cash })
}

function event(session: number, kind: 'split' | 'dividend', value: number): Adjustment {
  return { asset: 'A', session, kind, value: new Money(value) }
}

describe('a simulation', () => {
  it('calls the methods of a strategy in order', async () => {
    const calls: string[] = []
    const algorithm: TradingAlgorithm = {
      initialize: (context) => calls.push(`initialize ${context.assets}`),
      beforeTradingStart: (context, data) =>
        calls.push(`before ${context.sessionText} ${data.current('A', 'close')}`),
      handleData: (context, data) =>
        calls.push(`bar ${context.session} ${data.current('A', 'close')}`),
      analyze: (_, result) => calls.push(`analyze ${result.sessions}`),
    }
    await backtest(simpleContent([10, 11]), algorithm)
    expect(calls).toEqual([
      'initialize A',
      'before 2014-01-01 NaN',
      'bar 0 10',
      'before 2014-01-02 10',
      'bar 1 11',
      'analyze 2',
    ])
  })

  it.each(['initialize', 'beforeTradingStart', 'handleData', 'analyze'] as const)(
    'refuses an async %s',
    async (method) => {
      const algorithm: TradingAlgorithm = {
        handleData() {},
        async [method]() {
          await Promise.resolve()
          throw new Error('too late')
        },
      }
      await expect(backtest(simpleContent([10, 11]), algorithm)).rejects.toMatchObject({
        code: 'strategy-misuse',
        message: `${method} returned a promise; make it synchronous and await before the backtest`,
      })
    },
  )

  it('has no price for an asset halted where its data begin, until it trades', async () => {
    const content: BundleContent = {
      ...simpleContent([10, 11, 12, 13]),
      bars: [assetBars('A', [0, 3], [1000, 1300])],
    }
    const seen = async (warmUp: number) => {
      const prices: number[] = []
      const algorithm = eachBar((_, data) => prices.push(data.current('A', 'price')))
      const bundle = memoryBundle(content)
      await openEngine(pureBaseline()).backtest({ bundle, algorithm, range: { start: 2 }, warmUp })
      return prices
    }
    expect(await seen(2)).toEqual([10, 13])
    expect(await seen(1)).toEqual([Number.NaN, 13])
  })

  it('starts intraday sessions once a day and records equity at their last bar', async () => {
    const hours = [
      '2014-01-01T10:00:00',
      '2014-01-01T11:00:00',
      '2014-01-02T10:00:00',
      '2014-01-02T11:00:00',
      '2014-01-03T10:00:00',
    ]
    const content: BundleContent = {
      ...simpleContent([1]),
      frequency: '1h',
      sessions: hours,
      bars: [assetBars('A', [0, 1, 2, 3, 4], [1000, 1100, 1200, 1300, 1400])],
    }
    const before: number[] = []
    const result = await backtest(content, {
      beforeTradingStart: (context) => before.push(context.session),
      handleData(context) {
        if (context.session === 0) context.order('A', 1)
      },
    })
    expect(before).toEqual([0, 2, 4])
    expect(result.equityCurve).toEqual({
      dates: [hours[1], hours[3], hours[4]],
      equity: ['10001', '10003', '10004'],
    })
    expect([result.bars, result.sessions]).toEqual([5, 3])
  })

  it('splits positions and open orders before the session opens', async () => {
    const result = await backtest(simpleContent([20, 20, 20, 10, 10, 10], [event(3, 'split', 2)]), {
      beforeTradingStart(context) {
        if (context.session === 3)
          expect([context.portfolio.position('A'), context.openOrders()]).toEqual([6, [2]])
      },
      handleData(context) {
        if (context.session === 0) context.order('A', 3)
        if (context.session === 2) context.order('A', 5, { limit: 18 })
        if (context.session === 3) expect(context.openOrders()).toEqual([2])
      },
    })
    expect(result.orders[1]).toMatchObject({ shares: 10, limit: '9', status: 'open' })
    expect([result.finalEquity, result.fills.length]).toEqual(['10000', 1])
  })

  it('cancels an order that a reverse split reduces to less than one share', async () => {
    const result = await backtest(
      simpleContent([10, 10, 100, 100], [event(2, 'split', 0.1)]),
      eachBar((context) => {
        if (context.session === 1) context.order('A', 5, { limit: 1 })
      }),
    )
    expect(result.orders).toMatchObject([{ status: 'cancelled' }])
  })

  it('pays a dividend to those who held before the ex-session, after a split of the same session', async () => {
    const events = [event(2, 'dividend', 0.5), event(2, 'split', 2)]
    const result = await backtest(
      simpleContent([20, 20, 9.5, 9.5], events),
      eachBar((context) => {
        if (context.session === 0) context.order('A', 10)
        if (context.session === 1) context.order('A', 10)
      }),
    )
    expect(result.fills.map(({ shares, price }) => [shares, price])).toEqual([
      [10, '20'],
      [20, '20'],
    ])
    expect(result.finalCash).toBe(new Money(10_000 - 200 - 400 + 10).toFixed())
  })

  it('separates round trips: long, short, reversed, still open', async () => {
    const plan: Record<number, number> = { 0: 10, 1: -15, 2: 10, 3: -5 }
    const result = await backtest(
      simpleContent([10, 11, 12, 13, 14]),
      eachBar((context) => {
        const shares = plan[context.session]
        if (shares !== undefined) context.order('A', shares)
      }),
    )
    // Opens are the closes before: 10, 11, 12, 13.
    expect(result.trades).toEqual([
      {
        asset: 'A',
        side: 'long',
        opened: '2014-01-02',
        closed: '2014-01-03',
        entryPrice: '10',
        exitPrice: '11',
        profit: '10',
      },
      {
        asset: 'A',
        side: 'short',
        opened: '2014-01-03',
        closed: '2014-01-04',
        entryPrice: '11',
        exitPrice: '12',
        profit: '-5',
      },
      {
        asset: 'A',
        side: 'long',
        opened: '2014-01-04',
        closed: '2014-01-05',
        entryPrice: '12',
        exitPrice: '13',
        profit: '5',
      },
    ])
    expect([result.closedTrades, result.openTrades, result.metrics.winRate]).toEqual([3, 0, 2 / 3])
  })

  it('adds the profits of all round trips up to the change of equity, exactly, through splits, dividends and costs', async () => {
    const orders = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 12, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(marketShape({ sessions: 12, assets: 3 }), orders, async (shape, shares) => {
        const observed: boolean[] = []
        const act = (context: Context) => {
          const { cash, equity } = context.portfolio
          observed.push(equity.decimalPlaces() <= 4 && cash.decimalPlaces() <= 4)
          for (const [k, asset] of context.assets.entries())
            context.order(asset, shares[(context.session + k) % 12]!)
        }
        const result = await openEngine(pureBaseline()).backtest({
          bundle: memoryBundle(contentOf(shape)),
          algorithm: eachBar(act),
          slippage: { kind: 'fixed', basisPoints: 7 },
          commission: { kind: 'per-share', cost: '0.0035' },
        })
        const profit = result.trades.reduce((sum, trade) => sum.plus(trade.profit), new Money(0))
        expect(profit.plus(result.startingCash).toFixed()).toBe(result.finalEquity)
        expect(result.equityCurve.equity.at(-1)).toBe(result.finalEquity)
        expect(observed).not.toContain(false)
      }),
      { numRuns: drawn(1000) },
    )
  })

  it('sums cash and positions at the prices of the portal, after every bar', async () => {
    await fc.assert(
      fc.asyncProperty(marketShape({ sessions: 10, assets: 2 }), async (shape) => {
        const algorithm = eachBar((context, data) => {
          const value = context.assets.reduce((sum, asset) => {
            const held = context.portfolio.position(asset)
            return held === 0 ? sum : sum.plus(new Money(held).times(data.current(asset, 'price')))
          }, context.portfolio.cash)
          expect(value.toFixed()).toBe(context.portfolio.equity.toFixed())
          for (const asset of context.assets) context.orderTarget(asset, (context.session * 7) % 5)
        })
        await openEngine(pureBaseline()).backtest({
          bundle: memoryBundle(contentOf(shape)),
          algorithm,
        })
      }),
      { numRuns: drawn(1000) },
    )
  })
})

describe('a result', () => {
  it('survives a structured clone and JSON with an equal digest, and any change shows in it', async () => {
    const result = await backtest(
      simpleContent([10, 11, 12]),
      eachBar((context) => void context.orderTarget('A', 3)),
    )
    expect(digest(structuredClone(result))).toBe(digest(result))
    expect(canonical(JSON.parse(JSON.stringify(result)))).toBe(canonical(result))
    expect(digest({ ...result, finalCash: '0' })).not.toBe(digest(result))
    expect(canonical(result)).toMatch(/^\{"fills":\[.*"trades":.*"orders":.*"startingCash"/)
    expect(digest(result)).toMatch(/^sha256:[0-9a-f]{64}$/)
  })
})
