import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Money } from '../../../engine/index.js'
import { decimalLedger } from '../../../engine/simulation/decimal-ledger.js'
import { TradeBook } from '../../../engine/simulation/trade-book.js'
import { ledgerInDecimals } from './ledger-in-decimals.js'

const SCALE = 2
const ASSETS = ['A', 'B', 'C']

interface Step {
  readonly asset: string
  /** In units of 10^-8 shares. */
  readonly units: number
  readonly cents: number
}

/**
 * Equity less starting cash, less the profits of all round trips, in ticks; and the number of open
 * trips.
 */
function missedBy(steps: readonly Step[]): { readonly ticks: number; readonly open: number } {
  const ledger = ledgerInDecimals(decimalLedger, new Money(1000), SCALE)
  const book = new TradeBook(SCALE)
  for (const [session, { asset, units, cents }] of steps.entries()) {
    const shares = new Money(units).div(1e8)
    const price = new Money(cents).div(100)
    book.fill(asset, shares, price, ledger.fill(asset, shares, price, new Money(0)), session)
  }
  ledger.mark(() => Number.NaN)
  const lastPrices = new Map(ledger.positions().map(({ asset, price }) => [asset, price]))
  const trips = book.trips((asset) => lastPrices.get(asset)!)
  const profit = trips.reduce((sum, trip) => sum.plus(trip.profit), new Money(0))
  const ticks = ledger.equity.minus(1000).minus(profit).times(100).abs().toNumber()
  return { ticks, open: trips.filter(({ closed }) => closed === undefined).length }
}

const step = (units: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.record({
    asset: fc.constantFrom(...ASSETS),
    units: units.filter((value) => value !== 0),
    cents: fc.integer({ min: 1, max: 1000 }),
  })

describe('the profits of all round trips', () => {
  it('add up to equity less starting cash exactly while shares are whole', () => {
    const whole = fc.integer({ min: -5, max: 5 }).map((shares) => shares * 1e8)
    fc.assert(
      fc.property(fc.array(step(whole), { maxLength: 30 }), (steps) => {
        expect(missedBy(steps).ticks).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('differ from it by at most (n + 1) / 2 ticks with n open trips in fractional shares', () => {
    const halves = fc.integer({ min: -7, max: 7 }).map((count) => count * 5e7)
    fc.assert(
      fc.property(fc.array(step(halves), { maxLength: 12 }), (steps) => {
        const { ticks, open } = missedBy(steps)
        expect(ticks).toBeLessThanOrEqual((open + 1) / 2)
      }),
      { numRuns: 1000 },
    )
  })

  it('differ from it by a tick where two open trips in fractional shares are rounded separately', () => {
    const half = { units: 5e7, cents: 3 }
    expect(
      missedBy([
        { asset: 'A', ...half },
        { asset: 'B', ...half },
      ]),
    ).toEqual({ ticks: 1, open: 2 })
  })
})
