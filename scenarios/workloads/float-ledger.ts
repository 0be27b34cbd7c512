import type { Money } from '../../engine/index.js'
import type { Rational } from '../../engine/market/rational.js'
import { type Shares, sharesAsNumber } from '../../engine/market/shares.js'
import type { Whole } from '../../engine/market/whole.js'
import type { CurrentPrices } from '../../engine/simulation/current-prices.js'
import type { Ledger } from '../../engine/simulation/ledger.js'

/**
 * A ledger of plain floats. It is an instrument that shows what exactness costs, and exists for the
 * comparison of `decimal-overhead` only: no configuration of the engine can choose it.
 *
 * It is as fast as a float ledger can be behind the port. It counts in ticks, so no amount is
 * converted, and it checks nothing. Every booking is rounded to the tick. What it lacks is a
 * guarantee: an amount beyond 2^53 ticks, or a product that falls near half a tick, may be wrong by
 * some ticks.
 *
 * @param startingCash  in ticks
 * @param priceScale    decimal places of a tick
 * @param assets        the assets of the backtest, by their numbers
 */
export function floatLedger(
  startingCash: Whole,
  priceScale: number,
  { length }: readonly string[],
): Ledger {
  return new FloatLedger(Number(startingCash), 10 ** priceScale, length)
}

/** Units of the smallest fraction of a share. */
const SHARE_UNITS = 1e8

class FloatLedger implements Ledger {
  readonly wideAmounts = 0
  invested = false
  cash: number
  equity: number
  readonly #power: number
  readonly #shares: Float64Array
  /** Last known prices in ticks. */
  readonly #prices: Float64Array
  /** Numbers of the assets that are held. */
  readonly #held: number[] = []

  constructor(cash: number, power: number, assets: number) {
    this.cash = cash
    this.equity = cash
    this.#power = power
    this.#shares = new Float64Array(assets)
    this.#prices = new Float64Array(assets)
  }

  position(asset: number): number {
    return this.#shares[asset]!
  }

  shares(asset: number): Shares {
    const shares = this.#shares[asset]!
    return Number.isInteger(shares) ? shares : BigInt(Math.round(shares * SHARE_UNITS))
  }

  lastPrice(asset: number): number {
    return this.#prices[asset]!
  }

  fill(asset: number, shares: Shares, price: Whole, commission: Whole): number {
    const bought = sharesAsNumber(shares)
    const paid = Number(price)
    this.#hold(asset, this.#shares[asset]! + bought, paid)
    return this.#pay(-Math.round(bought * paid) - Number(commission))
  }

  split(asset: number, ratio: Rational): number {
    const shares = this.#shares[asset]!
    if (shares === 0) return 0
    const [numerator, denominator] = [Number(ratio.numerator), Number(ratio.denominator)]
    const after = (shares * numerator) / denominator
    const whole = Math.floor(after)
    const price = (this.#prices[asset]! * denominator) / numerator
    this.#hold(asset, whole, Math.round(price))
    return this.#pay(Math.round((after - whole) * price))
  }

  dividend(asset: number, perShare: Money): number {
    return this.#pay(Math.round(this.#shares[asset]! * perShare.toNumber() * this.#power))
  }

  mark(prices: CurrentPrices): void {
    let value = this.cash
    const { length } = this.#held
    for (let i = 0; i < length; i++) {
      const asset = this.#held[i]!
      const ticks = prices.ticks(asset)
      if (!Number.isNaN(ticks)) this.#prices[asset] = ticks
      value += this.#shares[asset]! * this.#prices[asset]!
    }
    this.equity = Math.round(value)
  }

  #hold(asset: number, shares: number, price: number): void {
    const before = this.#shares[asset]!
    this.#shares[asset] = shares
    this.#prices[asset] = price
    if (before === 0 && shares !== 0) this.#held.push(asset)
    else if (before !== 0 && shares === 0) this.#held.splice(this.#held.indexOf(asset), 1)
    this.invested = this.#held.length > 0
  }

  #pay(amount: number): number {
    this.cash += amount
    return amount
  }
}
