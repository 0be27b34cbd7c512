import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Money } from '../../../engine/index.js'
import { rational, rationalOf } from '../../../engine/market/rational.js'
import { decimalLedger } from '../../../engine/simulation/decimal-ledger.js'
import { tickLedger } from '../../../engine/simulation/tick-ledger.js'
import { ledgerInDecimals } from './ledger-in-decimals.js'

/** A simple reference for whole shares: bigint ticks. */
class TickLedger {
  cash: bigint
  held = new Map<string, bigint>()
  price = new Map<string, bigint>()
  constructor(cash: bigint) {
    this.cash = cash
  }
  fill(asset: string, shares: bigint, price: bigint, commission: bigint): void {
    this.cash -= shares * price + commission
    this.held.set(asset, (this.held.get(asset) ?? 0n) + shares)
    this.price.set(asset, price)
  }
  get equity(): bigint {
    let equity = this.cash
    for (const [asset, shares] of this.held) equity += shares * (this.price.get(asset) ?? 0n)
    return equity
  }
}

const SCALE = 4
const POWER = 10_000
const ticks = fc.integer({ min: 1, max: 10 ** 10 })
const money = (amount: bigint) => new Money(amount.toString()).div(POWER)

const ratio = (value: string | number) => rationalOf(new Money(value))

const step = fc.oneof(
  fc.record({
    kind: fc.constant('fill' as const),
    asset: fc.constantFrom('A', 'B', 'C'),
    shares: fc.integer({ min: -100_000, max: 100_000 }).filter((shares) => shares !== 0),
    price: ticks,
    commission: fc.nat({ max: 10_000 }),
  }),
  fc.record({ kind: fc.constant('mark' as const), prices: fc.tuple(ticks, ticks, ticks) }),
)

const LEDGERS = [
  ['the decimal ledger', decimalLedger],
  ['the tick ledger', tickLedger],
] as const

describe.each(LEDGERS)('%s', (_, make) => {
  const ledgerOf = (cash: Money, scale: number) => ledgerInDecimals(make, cash, scale)

  it('keeps cash + Σ position × price = equity exactly, against bigint ticks, after every bar', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ledger = ledgerOf(new Money(1_000_000), SCALE)
        const twin = new TickLedger(1_000_000n * BigInt(POWER))
        for (const action of steps) {
          if (action.kind === 'fill') {
            const { asset, shares, price, commission } = action
            ledger.fill(
              asset,
              new Money(shares),
              new Money(price).div(POWER),
              new Money(commission).div(POWER),
            )
            twin.fill(asset, BigInt(shares), BigInt(price), BigInt(commission))
            expect(ledger.position(asset)).toBe(Number(twin.held.get(asset)))
          } else {
            const prices: Record<string, number> = {
              A: action.prices[0],
              B: action.prices[1],
              C: action.prices[2],
            }
            ledger.mark((asset) => prices[asset]! / POWER)
            for (const [asset, price] of Object.entries(prices))
              twin.price.set(asset, BigInt(price))
            expect(ledger.equity.eq(money(twin.equity))).toBe(true)
          }
          expect(ledger.cash.eq(money(twin.cash))).toBe(true)
          const value = ledger
            .positions()
            .reduce((sum, { shares, price }) => sum.plus(shares.times(price)), ledger.cash)
          if (action.kind === 'mark') expect(value.eq(ledger.equity)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('rounds the value of fractional shares once, half-even, to the tick', () => {
    const ledger = ledgerOf(new Money(100), 2)
    expect(ledger.fill('A', new Money('0.5'), new Money('0.05'), new Money(0)).toFixed()).toBe(
      '-0.02',
    )
    expect(ledger.fill('A', new Money('0.5'), new Money('0.07'), new Money(0)).toFixed()).toBe(
      '-0.04',
    )
    ledger.mark(() => 0.25)
    expect([ledger.cash.toFixed(), ledger.equity.toFixed()]).toEqual(['99.94', '100.19'])
  })

  it('keeps the last price of a position that has no current one', () => {
    const ledger = ledgerOf(new Money(100), 2)
    ledger.fill('A', new Money(2), new Money(10), new Money(0))
    ledger.mark(() => 12)
    ledger.mark(() => Number.NaN)
    expect(ledger.equity.toFixed()).toBe('104')
  })

  it('turns shares × ratio into whole shares and pays the fraction at the last price ÷ ratio', () => {
    const ledger = ledgerOf(new Money(1000), 2)
    ledger.fill('A', new Money(5), new Money(30), new Money(0))
    expect(ledger.split('A', ratio('1.5')).toFixed()).toBe('10')
    expect([ledger.position('A'), ledger.cash.toFixed()]).toEqual([7, '860'])
    expect(ledger.split('B', ratio(2)).isZero()).toBe(true)
  })

  it('rounds the cash for a fraction once: an exact tie stays a tie, although the price after the split is periodic', () => {
    const ledger = ledgerOf(new Money(100), 2)
    ledger.fill('A', new Money('0.375'), new Money(11), new Money(0))
    // 0.28125 × 11 ÷ 0.75 = 4.125; 14.66…67 × 0.28125 would be just above.
    expect(ledger.split('A', ratio('0.75')).toFixed()).toBe('4.12')
  })

  it('rounds down to whole shares, longs and shorts alike, and pays the fraction to half a tick, for any split', () => {
    const held = fc.integer({ min: -(10 ** 10), max: 10 ** 10 }).filter((value) => value !== 0)
    const ratioUnits = fc.integer({ min: 1, max: 10 ** 7 })
    fc.assert(
      fc.property(held, fc.integer({ min: 1, max: 10 ** 9 }), ratioUnits, (held, price, units) => {
        const ledger = ledgerOf(new Money(0), SCALE)
        ledger.fill('A', new Money(held).div(1e8), new Money(price).div(POWER), new Money(0))
        const paid = ledger.split('A', rational(BigInt(units), 10n ** 6n))
        // Shares × ratio in units of 10^-14; the fraction is the part above the next lower whole
        // share.
        const one = 10n ** 14n
        const product = BigInt(held) * BigInt(units)
        const fraction = ((product % one) + one) % one
        expect(BigInt(ledger.position('A'))).toBe((product - fraction) / one)
        // Ticks = fraction / 10^14 × price ÷ (ratio / 10^6), half to even.
        const numerator = fraction * BigInt(price)
        const denominator = BigInt(units) * 10n ** 8n
        const floor = numerator / denominator
        const twice = 2n * (numerator % denominator)
        const up = twice > denominator || (twice === denominator && floor % 2n === 1n)
        expect(paid.eq(money(up ? floor + 1n : floor))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('owes more whole shares after a split of a short, and is paid for the fraction', () => {
    const ledger = ledgerOf(new Money(1000), 2)
    ledger.fill('A', new Money(-5), new Money(30), new Money(0))
    expect(ledger.split('A', ratio('1.5')).toFixed()).toBe('10')
    expect(ledger.position('A')).toBe(-8)
    ledger.mark(() => 20)
    expect(ledger.equity.toFixed()).toBe('1000')
  })

  it('reports whether any position is open', () => {
    const ledger = ledgerOf(new Money(100), 2)
    expect(ledger.invested).toBe(false)
    ledger.fill('A', new Money(1), new Money(1), new Money(0))
    expect(ledger.invested).toBe(true)
    ledger.fill('A', new Money(-1), new Money(1), new Money(0))
    expect(ledger.invested).toBe(false)
  })

  it('returns positions that later bars do not change', () => {
    const ledger = ledgerOf(new Money(100), 2)
    ledger.fill('A', new Money(1), new Money(1), new Money(0))
    const [before] = ledger.positions()
    ledger.mark(() => 2)
    expect([before, ...ledger.positions()].map((held) => held?.price.toFixed())).toEqual(['1', '2'])
  })

  it('closes a position that a reverse split leaves without a whole share', () => {
    const ledger = ledgerOf(new Money(100), 2)
    ledger.fill('A', new Money(5), new Money(2), new Money(0))
    expect(ledger.split('A', ratio('0.1')).toFixed()).toBe('10')
    expect([ledger.position('A'), ledger.positions().length, ledger.cash.toFixed()]).toEqual([
      0,
      0,
      '100',
    ])
  })

  it('pays dividends to longs and charges shorts', () => {
    const ledger = ledgerOf(new Money(100), 2)
    ledger.fill('A', new Money(3), new Money(1), new Money(0))
    ledger.fill('B', new Money(-3), new Money(1), new Money(0))
    expect(
      ['A', 'B', 'C'].map((asset) => ledger.dividend(asset, new Money('0.25')).toFixed()),
    ).toEqual(['0.75', '-0.75', '0'])
  })
})
