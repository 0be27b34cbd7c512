import { EngineError } from '../errors.js'
import type { AssetId } from '../market/asset.js'
import { Exact, exact, fromUnits, isTooMany, quotient, truncatedQuotient } from '../market/exact.js'
import { Money, powerOfTen } from '../market/money.js'
import type { Rational } from '../market/rational.js'

/**
 * Cash and positions, exact. Faster bookkeeping without decimal.js can implement this interface,
 * too, but every ledger must give the same amounts to the last digit.
 */
export interface Ledger {
  readonly cash: Money
  /** Cash + Σ shares × last known price, as of the last `mark`. */
  readonly equity: Money
  /** Shares held, negative if short, as a number for strategies; exact below 2^53 units. */
  position(asset: AssetId): number
  /** Shares held, negative if short, exactly. */
  shares(asset: AssetId): Money
  /** Whether any position is open. */
  readonly invested: boolean
  /** Open positions, in the order they were opened. */
  positions(): readonly Holding[]
  /**
   * Books a fill. Returns the change of cash: −(shares × price), half-even to the tick, less the
   * commission.
   *
   * @throws {EngineError} `precision`: a position of more than 10^30 shares
   */
  fill(asset: AssetId, shares: Money, price: Money, commission: Money): Money
  /**
   * Shares × ratio, rounded down to whole shares as in zipline: a long position shrinks, and a
   * short one grows (−7.5 becomes −8), so the remaining fraction is never negative. The fraction
   * is paid in cash: fraction × last price ÷ ratio, half-even to the tick, once. Returns the
   * change of cash.
   *
   * @param ratio  new shares per old share
   * @throws {EngineError} `precision`: a position of more than 10^30 shares
   */
  split(asset: AssetId, ratio: Rational): Money
  /** Shares × cash per share, half-even to the tick; shorts pay. Returns the change of cash. */
  dividend(asset: AssetId, perShare: Money): Money
  /** Values every position at its current price or, if that is NaN, at its last known price. */
  mark(priceOf: (asset: AssetId) => number): void
}

export interface Holding {
  readonly asset: AssetId
  readonly shares: Money
  /** The last known price. */
  readonly price: Money
}

/**
 * The ledger of the pure baseline: every amount is a decimal.js value, every position is valued at
 * every bar. Products and sums are exact, whatever their length, and are rounded only once.
 * Quotients are divided in integers. Cash and equity are multiples of the tick.
 *
 * @param startingCash  at most `priceScale` decimal places
 * @param priceScale    decimal places of a tick
 */
export function decimalLedger(startingCash: Money, priceScale: number): Ledger {
  return new DecimalLedger(startingCash, priceScale)
}

class DecimalLedger implements Ledger {
  readonly #scale: number
  readonly #tick: Exact
  readonly #ticksPerUnit: number
  readonly #holdings = new Map<AssetId, OpenHolding>()
  readonly #numbers = new Map<AssetId, number>()
  #cash: Exact
  #equity: Exact

  constructor(startingCash: Money, priceScale: number) {
    this.#scale = priceScale
    this.#tick = fromUnits(1n, priceScale)
    this.#ticksPerUnit = powerOfTen(priceScale)
    this.#cash = exact(startingCash)
    this.#equity = this.#cash
  }

  // Strategies compute with these, and quotients of `Money` end after 28 digits.
  get cash(): Money {
    return new Money(this.#cash)
  }

  get equity(): Money {
    return new Money(this.#equity)
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

  positions(): readonly Holding[] {
    return Array.from(this.#holdings.values(), (held) => ({ ...held }))
  }

  fill(asset: AssetId, shares: Money, price: Money, commission: Money): Money {
    const held = this.#holdings.get(asset)
    const bought = exact(shares)
    const paid = exact(price)
    this.#hold(asset, held === undefined ? bought : held.shares.plus(bought), paid)
    return this.#pay(bought.times(paid).toDecimalPlaces(this.#scale).plus(commission).neg())
  }

  split(asset: AssetId, ratio: Rational): Money {
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

  dividend(asset: AssetId, perShare: Money): Money {
    const held = this.#holdings.get(asset)
    return held === undefined
      ? ZERO
      : this.#pay(held.shares.times(perShare).toDecimalPlaces(this.#scale))
  }

  mark(priceOf: (asset: AssetId) => number): void {
    let value = this.#cash
    for (const held of this.#holdings.values()) {
      const price = priceOf(held.asset)
      if (!Number.isNaN(price))
        held.price = this.#tick.times(Math.round(price * this.#ticksPerUnit))
      value = value.plus(held.shares.times(held.price))
    }
    this.#equity = value.toDecimalPlaces(this.#scale)
  }

  #hold(asset: AssetId, shares: Exact, price: Exact): void {
    if (isTooMany(shares)) throw tooMany(asset, shares)
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

function tooMany(asset: AssetId, shares: Exact): EngineError {
  return new EngineError(
    'precision',
    `a position of ${shares.toPrecision(3)} shares of ${asset} is beyond 10^30; trade less, or correct the split`,
  )
}

const ZERO = new Exact(0)
