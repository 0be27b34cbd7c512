import { createHash } from 'node:crypto'
import type { AssetId } from '../market/asset.js'
import type { Metrics } from './metrics.js'
import type { OrderStatus } from './order.js'

/** Decimal text without exponent and trailing zeros (`1008495.29962`). */
export type DecimalText = string

/** Session text: an ISO date, or an instant for intraday bars. */
export type SessionText = string

export interface Fill {
  readonly order: number
  readonly date: SessionText
  readonly asset: AssetId
  /** Signed; at most 8 decimal places. */
  readonly shares: number
  readonly price: DecimalText
  readonly commission: DecimalText
}

/** A round trip in one asset, from flat to flat or still open. */
export interface Trade {
  readonly asset: AssetId
  readonly side: 'long' | 'short'
  readonly opened: SessionText
  /** Absent while open. */
  readonly closed?: SessionText
  readonly entryPrice: DecimalText
  readonly exitPrice?: DecimalText
  /**
   * Profit from fills, commissions, dividends and cash for fractions of shares. An open trade is
   * valued at the last price.
   */
  readonly profit: DecimalText
}

export interface OrderRecord {
  readonly id: number
  readonly asset: AssetId
  /** The bar that was current when the order was placed; absent before the first bar. */
  readonly placed?: SessionText
  readonly shares: number
  readonly filled: number
  readonly limit?: DecimalText
  readonly stop?: DecimalText
  readonly status: OrderStatus
}

export interface EquityCurve {
  /** One per session (trading day), at its last bar. */
  readonly dates: readonly SessionText[]
  readonly equity: readonly DecimalText[]
}

/** The data on which a backtest ran. */
export interface BundleIdentity {
  readonly name: string
  /** `sha256:…` */
  readonly version: string
}

/** The result of a backtest. Plain data, for structured clones and JSON. */
export interface BacktestResult {
  /**
   * This is not part of the canonical text, because two versions of the data may give equal
   * results.
   */
  readonly bundle: BundleIdentity
  /** Bars delivered to the strategy: assets × calendar slots. */
  readonly bars: number
  /** Sessions traded (days). */
  readonly sessions: number
  /** Decimal places of a tick; cash and equity have at most as many. */
  readonly priceScale: number
  readonly fills: readonly Fill[]
  /** Closed trades in the order in which they closed, then open trades. */
  readonly trades: readonly Trade[]
  readonly closedTrades: number
  readonly openTrades: number
  readonly orders: readonly OrderRecord[]
  readonly startingCash: DecimalText
  readonly finalCash: DecimalText
  readonly finalEquity: DecimalText
  readonly equityCurve: EquityCurve
  /**
   * Sessions that make a year in the metrics: as given, or from the spacing of the bundle's
   * sessions. Not part of the canonical text, which holds the metrics themselves.
   */
  readonly periodsPerYear: number
  /** Risk-free return per year in the metrics, compounded. Not part of the canonical text. */
  readonly riskFree: number
  readonly metrics: Metrics
  /**
   * The first session that ended with an equity of zero or less. From then on the account owes
   * money, so later gains have no meaning; searches rank such a trial last. Absent if there is
   * none. Not part of the canonical text, which holds the equity itself.
   */
  readonly bankrupt?: SessionText
}

/** The canonical JSON of a result: trades first, then money. Equal text ⇔ equal results. */
export function canonical(result: BacktestResult): string {
  return JSON.stringify(Object.fromEntries(CANONICAL.map((field) => [field, result[field]])))
}

const CANONICAL = [
  'fills',
  'trades',
  'orders',
  'startingCash',
  'finalCash',
  'finalEquity',
  'equityCurve',
  'metrics',
  'bars',
  'sessions',
  'priceScale',
] as const satisfies readonly (keyof BacktestResult)[]

/** `sha256:…` of the canonical JSON. */
export function digest(result: BacktestResult): string {
  return `sha256:${createHash('sha256').update(canonical(result)).digest('hex')}`
}
