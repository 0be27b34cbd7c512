import type { AssetId } from '../market/asset.js'
import { isTooMany } from '../market/exact.js'
import { divideHalfEven, MAX_UNSCALED, type Money } from '../market/money.js'
import { type Rational, rationalOf } from '../market/rational.js'
import {
  exactShares,
  SHARE_UNIT,
  type Shares,
  sharesAsNumber,
  sharesSum,
  shareUnits,
  wholeShares,
  worth,
} from '../market/shares.js'
import { negated, sum, type Whole, wholeOf } from '../market/whole.js'
import { oncePer } from '../once-per.js'
import type { CurrentPrices, HistoryPrices } from './current-prices.js'
import type { EquitySeries } from './equity-series.js'
import { type Ledger, type PostponingLedger, tooManyShares, type ValuedBars } from './ledger.js'

/** Amounts per share as fractions. Every backtest of a bundle gets the same decimals. */
const fractionOf = oncePer(rationalOf)

/**
 * Layer 4: the ledger without decimals. Amounts are whole ticks in doubles. An amount that does not
 * fit, a fraction of a share or a value beyond 2^53 ticks, is computed in bigints, and counted.
 *
 * @param startingCash  in ticks
 * @param priceScale    decimal places of a tick
 * @param assets        the assets of the backtest, by their numbers
 */
export function tickLedger(
  startingCash: Whole,
  priceScale: number,
  assets: readonly AssetId[],
): Ledger {
  return new TickLedger(startingCash, priceScale, assets)
}

/**
 * Adds the values of a position to amounts.
 *
 * @param column  prices, from calendar index `first` on
 * @param at      the place of the first amount
 * @returns the highest price
 */
function addValues(
  shares: number,
  column: Float64Array,
  first: number,
  { from, to, ends }: ValuedBars,
  amounts: Float64Array,
  at: number,
): number {
  let highest = 0
  for (let place = from; place < to; place++) {
    const bar = ends === undefined ? place : ends[place]!
    const price = column[bar - first]!
    amounts[at + place - from]! += shares * price
    if (price > highest) highest = price
  }
  return highest
}

/** A position that does not fit in doubles: fractional shares, or a last price beyond 2^53. */
interface WidePosition {
  readonly shares: Shares
  price: Whole
}

class TickLedger implements PostponingLedger {
  wideAmounts = 0
  invested = false
  readonly #assets: readonly AssetId[]
  readonly #power: bigint
  /** Whole shares by asset number; 0 for a wide position. */
  readonly #shares: Float64Array
  /** Last known prices of the positions in `#shares`, in ticks. */
  readonly #prices: Float64Array
  readonly #wide = new Map<number, WidePosition>()
  /** Numbers of the assets in `#shares` that are held. */
  readonly #held: number[] = []
  cash: Whole
  #equity: Whole
  /** The prices of a postponed valuation. */
  #postponed: CurrentPrices | undefined

  constructor(startingCash: Whole, priceScale: number, assets: readonly AssetId[]) {
    this.#assets = assets
    this.#power = 10n ** BigInt(priceScale)
    this.#shares = new Float64Array(assets.length)
    this.#prices = new Float64Array(assets.length)
    this.cash = startingCash
    this.#equity = startingCash
  }

  get equity(): Whole {
    this.settle()
    return this.#equity
  }

  position(asset: number): number {
    const whole = this.#shares[asset]!
    return whole !== 0 || this.#wide.size === 0 ? whole : sharesAsNumber(this.shares(asset))
  }

  shares(asset: number): Shares {
    const whole = this.#shares[asset]!
    return this.#wide.size === 0 ? whole : (this.#wide.get(asset)?.shares ?? whole)
  }

  lastPrice(asset: number): Whole {
    this.settle()
    return this.#wide.get(asset)?.price ?? this.#prices[asset]!
  }

  fill(asset: number, shares: Shares, price: Whole, commission: Whole): Whole {
    this.#hold(asset, sharesSum(this.shares(asset), shares), price)
    const cost = sum(worth(shares, price), commission)
    if (typeof cost === 'bigint' || typeof shares === 'bigint') this.wideAmounts++
    return this.#pay(negated(cost))
  }

  split(asset: number, { numerator, denominator }: Rational): Whole {
    const shares = this.shares(asset)
    if (shares === 0) return 0
    // Counted in parts of 1 ÷ denominator of a unit, so that nothing is rounded.
    const parts = shareUnits(shares) * numerator
    const perShare = SHARE_UNIT * denominator
    const rest = parts % perShare
    const fraction = rest < 0n ? rest + perShare : rest
    const whole = wholeShares((parts - fraction) / denominator)
    const price = BigInt(this.lastPrice(asset))
    this.#hold(asset, whole, wholeOf(divideHalfEven(price * denominator, numerator)))
    return this.#pay(wholeOf(divideHalfEven(fraction * price, numerator * SHARE_UNIT)))
  }

  dividend(asset: number, perShare: Money): Whole {
    const shares = this.shares(asset)
    if (shares === 0) return 0
    const amount = fractionOf(perShare)
    const value = shareUnits(shares) * amount.numerator * this.#power
    return this.#pay(wholeOf(divideHalfEven(value, amount.denominator * SHARE_UNIT)))
  }

  markLater(prices: CurrentPrices): void {
    this.#postponed = prices
  }

  settle(): void {
    if (this.#postponed !== undefined) this.mark(this.#postponed)
  }

  mark(prices: CurrentPrices): void {
    this.#postponed = undefined
    const cash = this.cash
    if (!this.invested) this.#equity = cash
    else if (typeof cash === 'bigint' || this.#wide.size > 0) this.#markWide(prices)
    else this.#markHeld(prices, cash)
  }

  equityOver(prices: HistoryPrices, bars: ValuedBars, equity: EquitySeries): void {
    const cash = this.cash
    const { doubles, length: at } = equity
    if (doubles === undefined || typeof cash === 'bigint' || this.#wide.size > 0) {
      this.#wideOver(prices, bars, equity)
      return
    }
    const count = bars.to - bars.from
    doubles.fill(cash, at, at + count)
    // If the sizes add up to less than 2^53, every product and every sum is exact.
    let size = Math.abs(cash)
    for (let k = 0; k < this.#held.length; k++) {
      const asset = this.#held[k]!
      const shares = this.#shares[asset]!
      const column = prices.column(asset)
      const highest = addValues(shares, column, prices.firstSession(asset), bars, doubles, at)
      size += Math.abs(shares) * highest
    }
    if (size <= MAX_UNSCALED) equity.appended(count)
    else this.#wideOver(prices, bars, equity)
  }

  #wideOver(prices: HistoryPrices, { from, to, ends }: ValuedBars, equity: EquitySeries): void {
    const held = [...this.#held, ...this.#wide.keys()].map((asset) => ({
      units: shareUnits(this.shares(asset)),
      column: prices.column(asset),
      first: prices.firstSession(asset),
    }))
    const cash = BigInt(this.cash) * SHARE_UNIT
    this.wideAmounts += to - from
    for (let place = from; place < to; place++) {
      const bar = ends === undefined ? place : ends[place]!
      let units = cash
      for (const position of held)
        units += position.units * BigInt(position.column[bar - position.first]!)
      equity.push(wholeOf(divideHalfEven(units, SHARE_UNIT)))
    }
  }

  #markHeld(prices: CurrentPrices, cash: number): void {
    let value = cash
    // If the sizes add up to less than 2^53, every product and every sum above is exact.
    let size = Math.abs(cash)
    const { length } = this.#held
    // Not for … of: its iterator costs as much as the body.
    for (let i = 0; i < length; i++) {
      const asset = this.#held[i]!
      const ticks = prices.ticks(asset)
      if (!Number.isNaN(ticks)) this.#prices[asset] = ticks
      const held = this.#shares[asset]! * this.#prices[asset]!
      value += held
      size += Math.abs(held)
    }
    if (size <= MAX_UNSCALED) this.#equity = value
    else this.#markWide(prices)
  }

  #markWide(prices: CurrentPrices): void {
    this.wideAmounts++
    let units = BigInt(this.cash) * SHARE_UNIT
    for (const asset of this.#held) {
      const ticks = prices.ticks(asset)
      if (!Number.isNaN(ticks)) this.#prices[asset] = ticks
      units += shareUnits(this.#shares[asset]!) * BigInt(this.#prices[asset]!)
    }
    for (const [asset, position] of this.#wide) {
      const ticks = prices.ticks(asset)
      if (!Number.isNaN(ticks)) position.price = ticks
      units += shareUnits(position.shares) * BigInt(position.price)
    }
    this.#equity = wholeOf(divideHalfEven(units, SHARE_UNIT))
  }

  #hold(asset: number, shares: Shares, price: Whole): void {
    if (typeof shares === 'bigint') this.#checkSize(asset, shares)
    const before = this.#shares[asset]!
    if (this.#wide.size > 0) this.#wide.delete(asset)
    if (typeof shares === 'bigint' || typeof price === 'bigint') {
      this.#shares[asset] = 0
      if (shares !== 0) this.#wide.set(asset, { shares, price })
    } else {
      this.#shares[asset] = shares
      this.#prices[asset] = price
    }
    const after = this.#shares[asset]!
    if (before === 0 && after !== 0) this.#held.push(asset)
    else if (before !== 0 && after === 0) this.#release(asset)
    this.invested = this.#held.length > 0 || this.#wide.size > 0
  }

  #checkSize(asset: number, shares: bigint): void {
    const amount = exactShares(shares)
    if (isTooMany(amount)) throw tooManyShares(this.#assets[asset]!, amount)
  }

  /** Takes an asset out of the held ones; their order does not matter. */
  #release(asset: number): void {
    const last = this.#held.pop()!
    if (last !== asset) this.#held[this.#held.indexOf(asset)] = last
  }

  #pay(amount: Whole): Whole {
    this.cash = sum(this.cash, amount)
    return amount
  }
}
