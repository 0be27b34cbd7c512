import { EngineError } from '../errors.js'
import type { AssetId } from '../market/asset.js'
import type { Exact } from '../market/exact.js'
import { Money } from '../market/money.js'
import type { Rational } from '../market/rational.js'
import type { Shares } from '../market/shares.js'
import { exactAmount, type Whole } from '../market/whole.js'
import type { CurrentPrices, HistoryPrices } from './current-prices.js'
import type { EquitySeries } from './equity-series.js'

/**
 * Cash and positions, exact: every ledger gives the same amounts to the last digit. Assets are
 * numbers, their places in the backtest's list; amounts are in ticks.
 */
export interface Ledger {
  readonly cash: Whole
  /** Cash + Σ shares × last known price, rounded half-even once, as of the last `mark`. */
  readonly equity: Whole
  /** Shares held, negative if short, as a number for strategies; exact below 2^53 units. */
  position(asset: number): number
  /** Shares held, negative if short, exactly. */
  shares(asset: number): Shares
  /** Whether any position is open. */
  readonly invested: boolean
  /** The last known price of an open position. */
  lastPrice(asset: number): Whole
  /**
   * Books a fill. Returns the change of cash: −(shares × price), half-even to the tick, less the
   * commission.
   *
   * @throws {EngineError} `precision`: a position of more than 10^30 shares
   */
  fill(asset: number, shares: Shares, price: Whole, commission: Whole): Whole
  /**
   * Shares × ratio, rounded down to whole shares as in zipline: a long position shrinks, and a
   * short one grows (−7.5 becomes −8), so the remaining fraction is never negative. The fraction
   * is paid in cash: fraction × last price ÷ ratio, half-even to the tick, once. Returns the
   * change of cash.
   *
   * @param ratio  new shares per old share
   * @throws {EngineError} `precision`: a position of more than 10^30 shares
   */
  split(asset: number, ratio: Rational): Whole
  /** Shares × cash per share, half-even to the tick; shorts pay. Returns the change of cash. */
  dividend(asset: number, perShare: Money): Whole
  /** Values every position at its current price or, if it has none, at its last known price. */
  mark(prices: CurrentPrices): void
  /** Number of bookings and valuations so far that were too large for doubles. */
  readonly wideAmounts: number
}

/**
 * A ledger that need not value its positions at every bar, because it can do so afterwards: between
 * two changes of a position, equity follows from the prices alone.
 */
export interface PostponingLedger extends Ledger {
  /**
   * Values every position when an amount is next read, at the prices of that moment. Every asset
   * held has a price from then on.
   */
  markLater(prices: CurrentPrices): void
  /** Values what was postponed, before the clock moves to where prices look different. */
  settle(): void
  /** Appends the equity at each of these bars, with the present positions. */
  equityOver(prices: HistoryPrices, bars: ValuedBars, equity: EquitySeries): void
}

/** The bars `from` to `to` − 1; or, with `ends`, those that stand in these places of it. */
export interface ValuedBars {
  readonly from: number
  readonly to: number
  readonly ends: Int32Array | undefined
}

/** Whether a ledger is one that can value its positions afterwards. */
export function canPostpone(ledger: Ledger): ledger is PostponingLedger {
  return 'equityOver' in ledger
}

/** An amount as strategies get it: quotients of `Money` end after 28 digits. */
export function moneyOf(ticks: Whole, priceScale: number): Money {
  return new Money(exactAmount(ticks, priceScale))
}

/** The error of a position that is too large. */
export function tooManyShares(asset: AssetId, shares: Exact): EngineError {
  return new EngineError(
    'precision',
    `a position of ${shares.toPrecision(3)} shares of ${asset} is beyond 10^30; trade less, or correct the split`,
  )
}
