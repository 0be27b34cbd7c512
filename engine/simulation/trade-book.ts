import type { AssetId } from '../market/asset.js'
import { Exact, exact, fromUnits, quotient } from '../market/exact.js'
import type { Money } from '../market/money.js'
import type { Rational } from '../market/rational.js'

/** A round trip: from flat to flat in one asset, or still open. */
export interface RoundTrip {
  readonly asset: AssetId
  readonly side: 'long' | 'short'
  /** Calendar index of the bar in which the trip was opened. */
  readonly opened: number
  /** Absent while open. */
  readonly closed?: number
  /** Average price of the fills that opened or enlarged it, per share of the last session. */
  readonly entryPrice: Money
  /** Average price of the fills that reduced it; absent before the first such fill. */
  readonly exitPrice?: Money
  /**
   * Profit from fills, commissions, dividends and cash for fractions of shares. An open trip is
   * valued at the last price.
   */
  readonly profit: Money
}

interface OpenTrip {
  readonly asset: AssetId
  readonly side: 'long' | 'short'
  readonly opened: number
  held: Exact
  /**
   * Shares entered so far, in `parts` of a share, because after a split the count may not be a
   * finite decimal.
   */
  entered: Exact
  entryValue: Exact
  /** Shares left so far, in `parts` of a share. */
  exited: Exact
  exitValue: Exact
  parts: Exact
  cash: Exact
}

/**
 * Follows positions from flat to flat. The profits of all round trips add up to equity less
 * starting cash. The sum is exact if open positions are whole shares. The value of fractional
 * shares can lie between two ticks. Each open trip is rounded separately, but equity is rounded as
 * a whole, so with n such trips the sum can differ by (n + 1) / 2 ticks.
 */
export class TradeBook {
  readonly #closed: RoundTrip[] = []
  readonly #open = new Map<AssetId, OpenTrip>()
  readonly #scale: number

  /** @param priceScale  decimal places of a tick */
  constructor(priceScale: number) {
    this.#scale = priceScale
  }

  /**
   * Books a fill. A fill that reverses a position closes a round trip and opens the next.
   *
   * @param shares  signed
   * @param cash    the ledger's change of cash, commission included
   */
  fill(asset: AssetId, shares: Money, price: Money, cash: Money, session: number): void {
    const trip = this.#open.get(asset)
    if (trip === undefined || trip.held.s === shares.s) {
      this.#enter(trip ?? this.#begin(asset, shares, session), shares, price, cash)
    } else if (shares.abs().lte(trip.held.abs())) {
      this.#exit(trip, shares, price, cash, session)
    } else {
      const opening = trip.held.plus(shares)
      const openingCash = opening.times(price).toDecimalPlaces(this.#scale).neg()
      this.#exit(trip, trip.held.neg(), price, cash.minus(openingCash), session)
      this.#enter(this.#begin(asset, opening, session), opening, price, openingCash)
    }
  }

  /** Books a split: shares entered and left so far are converted to shares after the split. */
  split(asset: AssetId, ratio: Rational, held: Money, cash: Money, session: number): void {
    const trip = this.#open.get(asset)
    if (trip === undefined) return
    const numerator = fromUnits(ratio.numerator, 0)
    trip.held = exact(held)
    trip.entered = trip.entered.times(numerator)
    trip.exited = trip.exited.times(numerator)
    trip.parts = trip.parts.times(fromUnits(ratio.denominator, 0))
    trip.cash = trip.cash.plus(cash)
    if (trip.held.isZero()) this.#close(trip, session)
  }

  dividend(asset: AssetId, cash: Money): void {
    const trip = this.#open.get(asset)
    if (trip !== undefined) trip.cash = trip.cash.plus(cash)
  }

  /**
   * All round trips: closed ones in the order they closed, then open ones in the order they opened.
   */
  trips(lastPriceOf: (asset: AssetId) => Money): readonly RoundTrip[] {
    const open = [...this.#open.values()].map((trip) => {
      const value = trip.held.times(lastPriceOf(trip.asset))
      return this.#record(trip, trip.cash.plus(value).toDecimalPlaces(this.#scale))
    })
    return [...this.#closed, ...open]
  }

  #begin(asset: AssetId, shares: Money, opened: number): OpenTrip {
    const side = shares.gt(0) ? 'long' : 'short'
    const trip = {
      asset,
      side,
      opened,
      held: ZERO,
      entered: ZERO,
      entryValue: ZERO,
      exited: ZERO,
      exitValue: ZERO,
      parts: ONE,
      cash: ZERO,
    } as const
    const begun: OpenTrip = { ...trip }
    this.#open.set(asset, begun)
    return begun
  }

  #enter(trip: OpenTrip, shares: Money, price: Money, cash: Money): void {
    trip.held = trip.held.plus(shares)
    trip.entered = trip.entered.plus(inParts(trip, shares).abs())
    trip.entryValue = trip.entryValue.plus(exact(shares).abs().times(price))
    trip.cash = trip.cash.plus(cash)
  }

  #exit(trip: OpenTrip, shares: Money, price: Money, cash: Money, session: number): void {
    trip.held = trip.held.plus(shares)
    trip.exited = trip.exited.plus(inParts(trip, shares).abs())
    trip.exitValue = trip.exitValue.plus(exact(shares).abs().times(price))
    trip.cash = trip.cash.plus(cash)
    if (trip.held.isZero()) this.#close(trip, session)
  }

  #close(trip: OpenTrip, session: number): void {
    this.#open.delete(trip.asset)
    this.#closed.push({ ...this.#record(trip, trip.cash), closed: session })
  }

  #record(trip: OpenTrip, profit: Money): RoundTrip {
    const average = (value: Exact, shares: Exact): Exact =>
      quotient(inParts(trip, value), shares, this.#scale)
    return {
      asset: trip.asset,
      side: trip.side,
      opened: trip.opened,
      entryPrice: average(trip.entryValue, trip.entered),
      ...(trip.exited.gt(0) && { exitPrice: average(trip.exitValue, trip.exited) }),
      profit,
    }
  }
}

/** An amount times the parts of a share of a trip, which are 1 until a split. */
function inParts({ parts }: OpenTrip, amount: Money): Exact {
  return parts === ONE ? exact(amount) : parts.times(amount)
}

const ZERO = new Exact(0)
const ONE = new Exact(1)
