import type { AssetId } from '../market/asset.js'
import type { Money } from '../market/money.js'
import type { Portal } from '../portal/portal.js'
import type { OrderStyle } from './order.js'
import type { BacktestResult } from './result.js'

/**
 * A strategy. Per session the engine applies corporate actions, calls `beforeTradingStart`, and
 * then per bar fills orders placed earlier and calls `handleData`. State belongs to the strategy
 * itself and is set up in `initialize`.
 */
export interface TradingAlgorithm {
  /** Once, before the first session; no data yet. */
  initialize?(context: Context): void
  /**
   * Before each session opens: the current bar is the previous one, this session's splits and
   * dividends already apply.
   */
  beforeTradingStart?(context: Context, data: Portal): void
  /** At the end of each bar, which is the current one. */
  handleData(context: Context, data: Portal): void
  /** Once, after the last session. */
  analyze?(context: Context, result: BacktestResult): void
}

/** The actions of a strategy, and its portfolio. */
export interface Context {
  /** Assets of this backtest, sorted by id. */
  readonly assets: readonly AssetId[]
  /** Ticks per unit of price, `10^scale`: exact indicators need it. */
  readonly ticksPerUnit: number
  /** Calendar index of the session that opens next or whose bar is current. */
  readonly session: number
  /** The session's text: an ISO date, or an instant for intraday bars. */
  readonly sessionText: string
  readonly portfolio: Portfolio
  /**
   * Places an order. A market order fills in the next bar with volume; limit and stop orders wait
   * for their price.
   *
   * @param shares  to buy, or to sell if negative; rounded to 8 decimal places
   * @returns its id; undefined if the shares round to zero
   * @throws {EngineError} `unknown-asset`; `strategy-misuse`: shares or prices that are not
   * numbers, or an order outside a session
   */
  order(asset: AssetId, shares: number, style?: OrderStyle): OrderId | undefined
  /**
   * Orders the difference to `shares`. Open orders count as if they were filled, so repeating a
   * target places no second order.
   */
  orderTarget(asset: AssetId, shares: number, style?: OrderStyle): OrderId | undefined
  /**
   * Orders as many whole shares as `value` buys at the last known price, or sells if it is
   * negative.
   */
  orderValue(asset: AssetId, value: number, style?: OrderStyle): OrderId | undefined
  /**
   * Targets as many whole shares as `fraction` of the portfolio value buys at the last known price.
   */
  orderTargetPercent(asset: AssetId, fraction: number, style?: OrderStyle): OrderId | undefined
  /** Cancels the rest of an order; false if it is no longer open. */
  cancel(order: OrderId): boolean
  /** Ids of the open orders, in the order they were placed. */
  openOrders(asset?: AssetId): readonly OrderId[]
}

/** Numbered from 1 in the order they are placed. */
export type OrderId = number

export interface Portfolio {
  readonly cash: Money
  /** Cash plus every position at its last known price, as of the last bar. */
  readonly equity: Money
  /** Shares held; negative if short. */
  position(asset: AssetId): number
}
