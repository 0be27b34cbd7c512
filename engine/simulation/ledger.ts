import type { AssetId } from '../market/asset.js'
import { divideHalfEven, Money, powerOfTen, ticksToText } from '../market/money.js'

/**
 * Cash and positions, exact. Faster bookkeeping than decimal.js can implement this interface too:
 * every ledger must give the same amounts to the last digit.
 */
export interface Ledger {
  readonly cash: Money
  /** Cash + Σ shares × last known price, as of the last `mark`. */
  readonly equity: Money
  /** Shares held, negative where short, as a number for strategies; exact below 2^53 units. */
  position(asset: AssetId): number
  /** Whether any position is open. */
  readonly invested: boolean
  /** Open positions, in the order they were opened. */
  positions(): readonly Holding[]
  /**
   * Books a fill. Returns the change of cash: −(shares × price), half-even to the tick, less the
   * commission.
   */
  fill(asset: AssetId, shares: Money, price: Money, commission: Money): Money
  /**
   * Shares × ratio, rounded down to whole shares as in zipline: a long position shrinks, a short
   * one grows (−7.5 becomes −8), so the fraction is never negative. It is paid in cash: fraction ×
   * last price ÷ ratio, half-even to the tick, once. Returns the change of cash.
   */
  split(asset: AssetId, ratio: Money): Money
  /** Shares × cash per share, half-even to the tick; shorts pay. Returns the change of cash. */
  dividend(asset: AssetId, perShare: Money): Money
  /** Values every position at its current price, or at its last one where that is NaN. */
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
 * every bar. Products are exact and rounded once; cash and equity are multiples of the tick.
 *
 * @param startingCash  at most `priceScale` decimal places
 * @param priceScale    decimal places of a tick
 */
export function decimalLedger(startingCash: Money, priceScale: number): Ledger {
  return new DecimalLedger(startingCash, priceScale)
}

class DecimalLedger implements Ledger {
  readonly #scale: number
  readonly #tick: Money
  readonly #ticksPerUnit: number
  readonly #holdings = new Map<AssetId, OpenHolding>()
  readonly #numbers = new Map<AssetId, number>()
  #cash: Money
  #equity: Money

  constructor(startingCash: Money, priceScale: number) {
    this.#scale = priceScale
    this.#tick = new Money(10).pow(-priceScale)
    this.#ticksPerUnit = powerOfTen(priceScale)
    this.#cash = startingCash
    this.#equity = startingCash
  }

  get cash(): Money {
    return this.#cash
  }

  get equity(): Money {
    return this.#equity
  }

  position(asset: AssetId): number {
    return this.#numbers.get(asset) ?? 0
  }

  get invested(): boolean {
    return this.#holdings.size > 0
  }

  positions(): readonly Holding[] {
    return Array.from(this.#holdings.values(), (held) => ({ ...held }))
  }

  fill(asset: AssetId, shares: Money, price: Money, commission: Money): Money {
    const held = this.#holdings.get(asset)
    this.#hold(asset, held === undefined ? shares : held.shares.plus(shares), price)
    return this.#pay(shares.times(price).toDecimalPlaces(this.#scale).plus(commission).neg())
  }

  split(asset: AssetId, ratio: Money): Money {
    const held = this.#holdings.get(asset)
    if (held === undefined) return ZERO
    const shares = held.shares.times(ratio)
    const whole = shares.floor()
    const { price } = held
    this.#hold(asset, whole, valueOver(ONE, price, ratio, this.#scale))
    return this.#pay(valueOver(shares.minus(whole), price, ratio, this.#scale))
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

  #hold(asset: AssetId, shares: Money, price: Money): void {
    if (shares.isZero()) {
      this.#holdings.delete(asset)
      this.#numbers.delete(asset)
    } else {
      this.#holdings.set(asset, { asset, shares, price })
      this.#numbers.set(asset, shares.toNumber())
    }
  }

  #pay(amount: Money): Money {
    this.#cash = this.#cash.plus(amount)
    return amount
  }
}

interface OpenHolding extends Holding {
  price: Money
}

/**
 * Shares × price ÷ ratio, half-even to the tick: in integers, because rounding a quotient to 28
 * digits first can miss an exact tie.
 */
function valueOver(shares: Money, price: Money, ratio: Money, scale: number): Money {
  const raised = 10n ** BigInt(ratio.decimalPlaces() + scale)
  const lowered = 10n ** BigInt(shares.decimalPlaces() + price.decimalPlaces())
  return new Money(
    ticksToText(
      divideHalfEven(unscaled(shares) * unscaled(price) * raised, unscaled(ratio) * lowered),
      scale,
    ),
  )
}

function unscaled(value: Money): bigint {
  return BigInt(value.toFixed().replace('.', ''))
}

const ZERO = new Money(0)
const ONE = new Money(1)
