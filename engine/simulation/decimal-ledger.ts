import type { AssetId } from '../market/asset.js'
import { Exact, exact, fromUnits, isTooMany, quotient, truncatedQuotient } from '../market/exact.js'
import type { Money } from '../market/money.js'
import type { Rational } from '../market/rational.js'
import { exactShares, type Shares, sharesOfExact } from '../market/shares.js'
import { exactAmount, type Whole, wholeUnits } from '../market/whole.js'
import type { CurrentPrices } from './current-prices.js'
import { type Ledger, tooManyShares } from './ledger.js'

/** An open position. */
export interface Holding {
  readonly asset: AssetId
  readonly shares: Money
  /** The last known price. */
  readonly price: Money
}

/**
 * The ledger of the pure baseline behind the port of all ledgers, which counts in ticks.
 *
 * @param startingCash  in ticks
 * @param priceScale    decimal places of a tick
 * @param assets        the assets of the backtest, by their numbers
 */
export function decimalLedger(
  startingCash: Whole,
  priceScale: number,
  assets: readonly AssetId[],
): Ledger {
  const decimals = new DecimalLedger(exactAmount(startingCash, priceScale), priceScale)
  return new LedgerInTicks(decimals, priceScale, assets)
}

class LedgerInTicks implements Ledger {
  readonly wideAmounts = 0
  readonly #decimals: DecimalLedger
  readonly #scale: number
  readonly #assets: readonly AssetId[]
  readonly #numbers: ReadonlyMap<AssetId, number>

  constructor(decimals: DecimalLedger, scale: number, assets: readonly AssetId[]) {
    this.#decimals = decimals
    this.#scale = scale
    this.#assets = assets
    this.#numbers = new Map(assets.map((asset, number) => [asset, number]))
  }

  get cash(): Whole {
    return this.#ticks(this.#decimals.cash)
  }

  get equity(): Whole {
    return this.#ticks(this.#decimals.equity)
  }

  get invested(): boolean {
    return this.#decimals.invested
  }

  position(asset: number): number {
    return this.#decimals.position(this.#assets[asset]!)
  }

  shares(asset: number): Shares {
    return sharesOfExact(this.#decimals.shares(this.#assets[asset]!))
  }

  lastPrice(asset: number): Whole {
    return this.#ticks(this.#decimals.price(this.#assets[asset]!))
  }

  fill(asset: number, shares: Shares, price: Whole, commission: Whole): Whole {
    const [paid, fee] = [exactAmount(price, this.#scale), exactAmount(commission, this.#scale)]
    return this.#ticks(this.#decimals.fill(this.#assets[asset]!, exactShares(shares), paid, fee))
  }

  split(asset: number, ratio: Rational): Whole {
    return this.#ticks(this.#decimals.split(this.#assets[asset]!, ratio))
  }

  dividend(asset: number, perShare: Money): Whole {
    return this.#ticks(this.#decimals.dividend(this.#assets[asset]!, perShare))
  }

  mark(prices: CurrentPrices): void {
    this.#decimals.mark((asset) => prices.ticks(this.#numbers.get(asset)!))
  }

  #ticks(amount: Exact): Whole {
    return wholeUnits(amount, this.#scale)
  }
}

/**
 * The ledger of the pure baseline: every amount is a decimal.js value, every position is valued at
 * every bar. Products and sums are exact, whatever their length, and are rounded only once.
 * Quotients are divided in integers. Cash and equity are multiples of the tick.
 *
 * @param startingCash  at most `priceScale` decimal places
 * @param priceScale    decimal places of a tick
 */
class DecimalLedger {
  readonly #scale: number
  readonly #tick: Exact
  readonly #holdings = new Map<AssetId, OpenHolding>()
  readonly #numbers = new Map<AssetId, number>()
  #cash: Exact
  #equity: Exact

  constructor(startingCash: Money, priceScale: number) {
    this.#scale = priceScale
    this.#tick = fromUnits(1n, priceScale)
    this.#cash = exact(startingCash)
    this.#equity = this.#cash
  }

  get cash(): Exact {
    return this.#cash
  }

  /** Cash + Σ shares × last known price, as of the last `mark`. */
  get equity(): Exact {
    return this.#equity
  }

  position(asset: AssetId): number {
    return this.#numbers.get(asset) ?? 0
  }

  shares(asset: AssetId): Exact {
    return this.#holdings.get(asset)?.shares ?? ZERO
  }

  get invested(): boolean {
    return this.#holdings.size > 0
  }

  /** The last known price of an open position. */
  price(asset: AssetId): Exact {
    return this.#holdings.get(asset)!.price
  }

  /** Open positions, in the order they were opened. */
  positions(): readonly Holding[] {
    return Array.from(this.#holdings.values(), (held) => ({ ...held }))
  }

  /** As `Ledger.fill`, in decimals. */
  fill(asset: AssetId, shares: Money, price: Money, commission: Money): Exact {
    const held = this.#holdings.get(asset)
    const bought = exact(shares)
    const paid = exact(price)
    this.#hold(asset, held === undefined ? bought : held.shares.plus(bought), paid)
    return this.#pay(bought.times(paid).toDecimalPlaces(this.#scale).plus(commission).neg())
  }

  /** As `Ledger.split`, in decimals. */
  split(asset: AssetId, ratio: Rational): Exact {
    const held = this.#holdings.get(asset)
    if (held === undefined) return ZERO
    const [numerator, denominator] = [
      fromUnits(ratio.numerator, 0),
      fromUnits(ratio.denominator, 0),
    ]
    // Counted in parts of 1 ÷ denominator, so that nothing is rounded.
    const parts = held.shares.times(numerator)
    const whole = floorOfQuotient(parts, denominator)
    const fraction = parts.minus(whole.times(denominator))
    const { price } = held
    this.#hold(asset, whole, quotient(price.times(denominator), numerator, this.#scale))
    return this.#pay(quotient(fraction.times(price), numerator, this.#scale))
  }

  /** As `Ledger.dividend`, in decimals. */
  dividend(asset: AssetId, perShare: Money): Exact {
    const held = this.#holdings.get(asset)
    return held === undefined
      ? ZERO
      : this.#pay(held.shares.times(perShare).toDecimalPlaces(this.#scale))
  }

  /** @param ticksOf  the current price of an asset in ticks, or NaN */
  mark(ticksOf: (asset: AssetId) => number): void {
    let value = this.#cash
    for (const held of this.#holdings.values()) {
      const ticks = ticksOf(held.asset)
      if (!Number.isNaN(ticks)) held.price = this.#tick.times(ticks)
      value = value.plus(held.shares.times(held.price))
    }
    this.#equity = value.toDecimalPlaces(this.#scale)
  }

  #hold(asset: AssetId, shares: Exact, price: Exact): void {
    if (isTooMany(shares)) throw tooManyShares(asset, shares)
    if (shares.isZero()) {
      this.#holdings.delete(asset)
      this.#numbers.delete(asset)
    } else {
      this.#holdings.set(asset, { asset, shares, price })
      this.#numbers.set(asset, shares.toNumber())
    }
  }

  #pay(amount: Exact): Exact {
    this.#cash = this.#cash.plus(amount)
    return amount
  }
}

interface OpenHolding extends Holding {
  price: Exact
}

/** numerator ÷ denominator, rounded down. */
function floorOfQuotient(numerator: Exact, denominator: Exact): Exact {
  const truncated = truncatedQuotient(numerator, denominator)
  return truncated.times(denominator).gt(numerator) ? truncated.minus(1) : truncated
}

const ZERO = new Exact(0)
