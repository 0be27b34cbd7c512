import { describe, expect, it } from 'vitest'
import {
  type BacktestSpec,
  type BundleContent,
  type Context,
  Money,
  memoryBundle,
  openEngine,
  pureBaseline,
} from '../../../engine/index.js'
import { divideHalfEven, ticksToText } from '../../../engine/market/money.js'
import { rational } from '../../../engine/market/rational.js'
import { commissionOf } from '../../../engine/simulation/commission.js'
import { decimalLedger } from '../../../engine/simulation/decimal-ledger.js'
import { slippageOf } from '../../../engine/simulation/slippage.js'
import { tickLedger } from '../../../engine/simulation/tick-ledger.js'
import { TradeBook } from '../../../engine/simulation/trade-book.js'
import { eachBar, isoDays, simpleContent } from '../../support.js'
import { ledgerInDecimals } from './ledger-in-decimals.js'

/** Bars at one price each, in ticks. */
function flatBars(ticks: readonly number[], price: number, volume: number): BundleContent {
  const column = Float64Array.from(ticks)
  return {
    ...simpleContent([1]),
    scales: { price, volume: 0, adjustment: 6 },
    sessions: isoDays(ticks.length),
    bars: [
      {
        asset: 'A',
        session: Int32Array.from(ticks.keys()),
        open: column,
        high: column,
        low: column,
        close: column,
        volume: new Float64Array(ticks.length).fill(volume),
      },
    ],
  }
}

function backtest(
  content: BundleContent,
  act: (context: Context) => void,
  spec: Partial<BacktestSpec> = {},
) {
  return openEngine(pureBaseline()).backtest({
    bundle: memoryBundle(content),
    algorithm: eachBar((context) => {
      if (context.session === 0) act(context)
    }),
    ...spec,
  })
}

describe('quotients are rounded once', () => {
  it('for slippage by a share of the volume: 5.85 × (1 + 0.1 × (1 ÷ 3)²) is a tie', async () => {
    const { fills } = await backtest(
      flatBars([585, 585], 2, 3000),
      (c) => void c.order('A', 1000),
      {
        slippage: { kind: 'volume-share', limit: 0.5, impact: 0.1 },
      },
    )
    // 5.85 × (1 + 1/90) = 5.915 exactly.
    expect(fills).toMatchObject([{ price: '5.92' }])
  })

  it('for every tie of that kind', () => {
    const slip = slippageOf({ kind: 'volume-share', limit: 1, impact: 0.1 }, 0)!
    let ties = 0
    for (let volume = 3; volume <= 99; volume += 6) {
      for (let shares = 1; shares < volume; shares++) {
        for (const sign of [1, -1]) {
          const price = 450n * BigInt(volume) + 45n
          const top = price * (10n * BigInt(volume ** 2) + BigInt(sign * shares ** 2))
          const bottom = 10n * BigInt(volume ** 2)
          if ((2n * top) % bottom === 0n && top % bottom !== 0n) ties++
          const got = slip(sign * shares, Number(price), volume, 0)
          expect(got.price).toBe(Number(divideHalfEven(top, bottom)))
        }
      }
    }
    expect(ties).toBeGreaterThan(5)
  })

  it('for values ordered: 28 nines are not one share more', async () => {
    const { orders } = await backtest(
      flatBars([3, 3], 0, 1000),
      (context) => {
        context.orderValue('A', 8.999999999999998)
        context.orderTargetPercent('A', 0.9999999999999999)
        context.orderValue('A', -9)
      },
      { cash: '9000000000000003' },
    )
    // 9000000000000003 × 0.9999999999999999 ÷ 3, less the two pending.
    const target = (9000000000000003n * 9999999999999999n) / (3n * 10n ** 16n)
    expect(orders.map(({ shares }) => shares)).toEqual([2, Number(target) - 2, -3])
  })

  it('for average prices', () => {
    const book = new TradeBook(2)
    const fill = (shares: number, price: string) =>
      book.fill('A', new Money(shares), new Money(price), new Money(0), 0)
    fill(1, '0.01')
    fill(2, '0.01')
    book.split('A', rational(1n, 3n), new Money(1), new Money(0), 1)
    fill(1, '0.02')
    // (0.03 + 0.02) ÷ 2 = 0.025.
    expect(book.trips(() => new Money(1)).map(({ entryPrice }) => entryPrice.toFixed())).toEqual([
      '0.02',
    ])
  })
})

const LEDGERS = [
  ['decimal', decimalLedger],
  ['tick', tickLedger],
] as const

describe('products longer than 28 digits are rounded once', () => {
  it.each(LEDGERS)('in the %s ledger', (_, make) => {
    const ledger = ledgerInDecimals(make, new Money(2_000_000), 14)
    const [shares, price] = ['110000.15713406', '9.12372347939266']
    ledger.fill('A', new Money(shares), new Money('9.12372347939266'), new Money(0))
    const product = 11000015713406n * 912372347939266n
    const cash = 2_000_000n * 10n ** 14n - divideHalfEven(product, 10n ** 8n)
    expect(ledger.cash.toFixed()).toBe(ticksToText(cash, 14))
    expect(ledger.cash.toFixed()).toMatch(/909476571$/)
    ledger.mark(() => Number(price))
    expect(ledger.equity.toFixed()).toBe('2000000')
    expect(ledger.dividend('A', new Money('0.123456789012345')).toFixed()).toBe(
      ticksToText(divideHalfEven(11000015713406n * 123456789012345n, 10n ** 9n), 14),
    )
  })

  it('in commissions and slippage', () => {
    const commission = commissionOf({ kind: 'per-dollar', rate: '0.00123456789' }, 14)
    expect(commission(9000000000000000000001n, 912345678901235, true)).toBe(
      divideHalfEven(9000000000000000000001n * 912345678901235n * 123456789n, 10n ** 19n),
    )
    const slip = slippageOf({ kind: 'fixed', basisPoints: 7.123456789012345 }, 0)!
    expect(slip(1, 1123456789012345, 1, 0).price).toBe(
      Number(divideHalfEven(1123456789012345n * 10007123456789012345n, 10n ** 19n)),
    )
  })
})

describe('amounts beyond what stays exact are refused', () => {
  it.each([1e31, -1e31, Number.POSITIVE_INFINITY])('an order of %d shares', async (shares) => {
    await expect(
      backtest(flatBars([3, 3], 0, 1000), (context) => void context.order('A', shares)),
    ).rejects.toThrow(/an order of .* shares; give (at most 10\^30|a finite number)/)
  })

  it.each(LEDGERS)('a position beyond 10^30 shares, by orders or by a split: %s', (_, make) => {
    const ledger = ledgerInDecimals(make, new Money(1), 2)
    ledger.fill('A', new Money(1e30), new Money(1), new Money(0))
    expect(() => ledger.fill('A', new Money(1), new Money(1), new Money(0))).toThrow(
      /position of 1\.00e\+30 shares of A is beyond 10\^30/,
    )
    expect(() => ledger.split('A', rational(3n, 2n))).toThrow(/beyond 10\^30/)
  })

  it.each([
    [1000, '1000'],
    [2 ** 53 - 1, '9007199254740991.00'],
  ])('starting cash is the same as a number or as text: %d', async (number, text) => {
    const equityOf = async (cash: number | string) =>
      (await backtest(flatBars([300, 300], 2, 1000), () => {}, { cash })).equityCurve.equity
    expect(await equityOf(number)).toEqual([String(number), String(number)])
    expect(await equityOf(text)).toEqual([String(number), String(number)])
  })

  it.each([
    [{ cash: '9'.repeat(41) }, /positive decimal of at most 0 places and 40 digits/],
    [
      { commission: { kind: 'per-trade', cost: `0.${'1'.repeat(41)}` } },
      /commission per-trade of .* at most 40 digits/,
    ],
  ] as const)('%j', async (spec, message) => {
    await expect(backtest(flatBars([3, 3], 0, 1000), () => {}, spec)).rejects.toThrow(message)
  })
})
