import type { Money } from '../../../engine/index.js'
import { type Exact, exact } from '../../../engine/market/exact.js'
import { powerOfTen, ticksAt } from '../../../engine/market/money.js'
import type { Rational } from '../../../engine/market/rational.js'
import { exactShares, SHARE_PLACES, sharesOfExact } from '../../../engine/market/shares.js'
import { exactAmount, type Whole, wholeUnits } from '../../../engine/market/whole.js'
import type { LedgerMaker } from '../../../engine/simulation/backtest.js'

const ASSETS = ['A', 'B', 'C']

/** A ledger whose assets are A, B and C, and whose amounts are decimals, as tests read them. */
export function ledgerInDecimals(make: LedgerMaker, startingCash: Money, scale: number) {
  const ticks = (amount: Money): Whole => wholeUnits(exact(amount).toDecimalPlaces(scale), scale)
  const decimal = (amount: Whole): Exact => exactAmount(amount, scale)
  const shares = (amount: Money) => sharesOfExact(exact(amount).toDecimalPlaces(SHARE_PLACES))
  const ledger = make(ticks(startingCash), scale, ASSETS)
  const number = (asset: string) => ASSETS.indexOf(asset)
  return {
    ledger,
    get cash() {
      return decimal(ledger.cash)
    },
    get equity() {
      return decimal(ledger.equity)
    },
    get invested() {
      return ledger.invested
    },
    position: (asset: string) => ledger.position(number(asset)),
    positions: () =>
      ASSETS.filter((asset) => ledger.position(number(asset)) !== 0).map((asset) => ({
        asset,
        shares: exactShares(ledger.shares(number(asset))),
        price: decimal(ledger.lastPrice(number(asset))),
      })),
    fill: (asset: string, count: Money, price: Money, commission: Money) =>
      decimal(ledger.fill(number(asset), shares(count), ticks(price), ticks(commission))),
    split: (asset: string, ratio: Rational) => decimal(ledger.split(number(asset), ratio)),
    dividend: (asset: string, perShare: Money) => decimal(ledger.dividend(number(asset), perShare)),
    /** @param priceOf  the price of an asset in units, or NaN */
    mark(priceOf: (asset: string) => number): void {
      const power = powerOfTen(scale)
      ledger.mark({
        ticks: (asset) => {
          const price = priceOf(ASSETS[asset]!)
          return Number.isNaN(price) ? price : ticksAt(price, power)
        },
      })
    },
  }
}
