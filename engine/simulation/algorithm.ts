import type { IndicatorHandle } from '../indicators/handle.js'
import type { Indicator } from '../indicators/indicator.js'
import type { AssetId } from '../market/asset.js'
import type { Money } from '../market/money.js'
import type { Portal } from '../portal/portal.js'
import type { OrderStyle } from './order.js'
import type { BacktestResult } from './result.js'

/**
 * A strategy. In each session, the engine applies corporate actions and calls
 * `beforeTradingStart`. Then, in each bar, it fills orders placed earlier and calls `handleData`.
 * A strategy keeps its own state, which it sets up in `initialize`.
 */
export interface TradingAlgorithm {
  /** Called once, before the first session, when there are no data yet. */
  initialize?(context: Context): void
  /**
   * Called before each session opens. The current bar is that of the previous session, but the
   * splits and dividends of this session already apply.
   */
  beforeTradingStart?(context: Context, data: Portal): void
  /** Called at the end of each bar, which is then the current bar. */
  handleData(context: Context, data: Portal): void
  /** Called once, after the last session. */
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
   * Declares an indicator of an asset, best in `initialize`, and returns its handle, to be read at
   * each bar: `const fast = context.indicator('AAPL', sma(20))`, then `fast.value`. The values are
   * those of the same arithmetic on `history`.
   *
   * @throws {EngineError} `unknown-asset`; `strategy-misuse`: not an indicator
   */
  indicator(asset: AssetId, indicator: Indicator): IndicatorHandle
  /**
   * Places an order. A market order fills in the next bar with volume; limit and stop orders wait
   * for their price.
   *
   * @param shares  to buy, or to sell if negative; rounded to 8 decimal places
   * @returns the id of the order; undefined if the shares round to zero
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
   * Orders as many whole shares as `value` buys at the last known price. A negative `value` sells.
   */
  orderValue(asset: AssetId, value: number, style?: OrderStyle): OrderId | undefined
  /**
   * Targets as many whole shares as `fraction` of the portfolio value buys at the last known price.
   */
  orderTargetPercent(asset: AssetId, fraction: number, style?: OrderStyle): OrderId | undefined
  /** Cancels the rest of an order. Returns false if the order is no longer open. */
  cancel(order: OrderId): boolean
  /** Ids of the open orders, in the order they were placed. */
  openOrders(asset?: AssetId): readonly OrderId[]
}

/** Id of an order. Orders are numbered from 1 in the order in which they are placed. */
export type OrderId = number

export interface Portfolio {
  readonly cash: Money
  /** Cash plus every position at its last known price, as of the last bar. */
  readonly equity: Money
  /** Shares held; negative if short. */
  position(asset: AssetId): number
}
