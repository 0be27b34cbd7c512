import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Money } from '../../../engine/index.js'
import { decimalLedger } from '../../../engine/simulation/ledger.js'

/** The obviously correct twin for whole shares: bigint ticks. */
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

describe('the decimal ledger', () => {
  it('keeps cash + Σ position × price = equity exactly, against bigint ticks, after every bar', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ledger = decimalLedger(new Money(1_000_000), SCALE)
        const twin = new TickLedger(1_000_000n * BigInt(POWER))
        for (const action of steps) {
          if (action.kind === 'fill') {
            const { asset, shares, price, commission } = action
            ledger.fill(asset, new Money(shares), new Money(price).div(POWER), new Money(commission).div(POWER))
            twin.fill(asset, BigInt(shares), BigInt(price), BigInt(commission))
            expect(ledger.position(asset)).toBe(Number(twin.held.get(asset)))
          } else {
            const prices: Record<string, number> = { A: action.prices[0], B: action.prices[1], C: action.prices[2] }
            ledger.mark((asset) => prices[asset]! / POWER)
            for (const [asset, price] of Object.entries(prices)) twin.price.set(asset, BigInt(price))
            expect(ledger.equity.eq(money(twin.equity))).toBe(true)
          }
          expect(ledger.cash.eq(money(twin.cash))).toBe(true)
          const value = ledger.positions().reduce((sum, { shares, price }) => sum.plus(shares.times(price)), ledger.cash)
          if (action.kind === 'mark') expect(value.eq(ledger.equity)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('rounds the value of fractional shares once, half-even, to the tick', () => {
    const ledger = decimalLedger(new Money(100), 2)
    expect(ledger.fill('A', new Money('0.5'), new Money('0.05'), new Money(0)).toFixed()).toBe('-0.02')
    expect(ledger.fill('A', new Money('0.5'), new Money('0.07'), new Money(0)).toFixed()).toBe('-0.04')
    ledger.mark(() => 0.25)
    expect([ledger.cash.toFixed(), ledger.equity.toFixed()]).toEqual(['99.94', '100.19'])
  })

  it('keeps the last price of a position that has no current one', () => {
    const ledger = decimalLedger(new Money(100), 2)
    ledger.fill('A', new Money(2), new Money(10), new Money(0))
    ledger.mark(() => 12)
    ledger.mark(() => Number.NaN)
    expect(ledger.equity.toFixed()).toBe('104')
  })

  it('turns shares × ratio into whole shares and pays the fraction at the last price ÷ ratio', () => {
    const ledger = decimalLedger(new Money(1000), 2)
    ledger.fill('A', new Money(5), new Money(30), new Money(0))
    expect(ledger.split('A', new Money('1.5')).toFixed()).toBe('10')
    expect([ledger.position('A'), ledger.cash.toFixed()]).toEqual([7, '860'])
    expect(ledger.split('B', new Money(2)).isZero()).toBe(true)
  })

  it('closes a position that a reverse split leaves without a whole share', () => {
    const ledger = decimalLedger(new Money(100), 2)
    ledger.fill('A', new Money(5), new Money(2), new Money(0))
    expect(ledger.split('A', new Money('0.1')).toFixed()).toBe('10')
    expect([ledger.position('A'), ledger.positions().length, ledger.cash.toFixed()]).toEqual([0, 0, '100'])
  })

  it('pays dividends to longs and charges shorts', () => {
    const ledger = decimalLedger(new Money(100), 2)
    ledger.fill('A', new Money(3), new Money(1), new Money(0))
    ledger.fill('B', new Money(-3), new Money(1), new Money(0))
    expect(['A', 'B', 'C'].map((asset) => ledger.dividend(asset, new Money('0.25')).toFixed())).toEqual(['0.75', '-0.75', '0'])
  })
})
