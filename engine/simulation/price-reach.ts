import type { Exact } from '../market/exact.js'
import type { Order } from './order.js'

/** One bar at its raw prices, exact. */
export interface ExactBar {
  readonly open: Exact
  readonly high: Exact
  readonly low: Exact
  readonly close: Exact
  readonly volume: Exact
}

/**
 * The price at which an order fills in a bar, from the open on; undefined if the bar does not
 * reach the order's price. A stop reached within the bar fills at the stop. A stop-limit order
 * whose stop is reached within the bar becomes a limit order for the next bars, since the path of
 * prices within a bar is unknown.
 */
export function reachedFromOpen(order: Order, bar: ExactBar): Exact | undefined {
  if (order.stop !== undefined) {
    const stop = order.stop
    if (!beyond(order, bar.open, stop)) {
      if (!beyond(order, extreme(order, bar), stop)) return undefined
      order.stop = undefined
      return order.limit === undefined ? stop : undefined
    }
    order.stop = undefined
  }
  if (order.limit === undefined || beyond(order, order.limit, bar.open)) return bar.open
  return beyond(order, order.limit, bestFor(order, bar)) ? order.limit : undefined
}

/** The price at which an order fills if only the close of the bar counts. */
export function reachedAtClose(order: Order, bar: ExactBar): Exact | undefined {
  if (order.stop !== undefined) {
    if (!beyond(order, bar.close, order.stop)) return undefined
    order.stop = undefined
  }
  return order.limit === undefined || beyond(order, order.limit, bar.close) ? bar.close : undefined
}

/** The price after slippage or, if that is beyond the limit, the limit. */
export function withinLimit(order: Order, price: Exact): Exact {
  return order.limit !== undefined && beyond(order, price, order.limit) ? order.limit : price
}

/** Whether the price is at or above the mark for a buy, or at or below it for a sale. */
function beyond(order: Order, price: Exact, mark: Exact): boolean {
  return order.shares.gt(0) ? price.gte(mark) : price.lte(mark)
}

/** The bar's extreme in the direction of the stop. */
function extreme(order: Order, bar: ExactBar): Exact {
  return order.shares.gt(0) ? bar.high : bar.low
}

/** The bar's best price for the order. */
function bestFor(order: Order, bar: ExactBar): Exact {
  return order.shares.gt(0) ? bar.low : bar.high
}
