import type { Money } from '../market/money.js'
import type { Order } from './order.js'

/** One bar at its raw prices, exact. */
export interface ExactBar {
  readonly open: Money
  readonly high: Money
  readonly low: Money
  readonly close: Money
  readonly volume: Money
}

/**
 * The price at which a bar reaches an order, walking from its open; undefined where it does not. A
 * stop reached within the bar fills at the stop. A stop-limit order reached within the bar waits as
 * a limit order from the next bar on: the path inside a bar is unknown.
 */
export function reachedFromOpen(order: Order, bar: ExactBar): Money | undefined {
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

/** The same for orders that look at the close only. */
export function reachedAtClose(order: Order, bar: ExactBar): Money | undefined {
  if (order.stop !== undefined) {
    if (!beyond(order, bar.close, order.stop)) return undefined
    order.stop = undefined
  }
  return order.limit === undefined || beyond(order, order.limit, bar.close) ? bar.close : undefined
}

/** Slippage never carries a limit order past its limit. */
export function withinLimit(order: Order, price: Money): Money {
  return order.limit !== undefined && beyond(order, price, order.limit) ? order.limit : price
}

/** At or above for a buy, at or below for a sale. */
function beyond(order: Order, price: Money, mark: Money): boolean {
  return order.shares.gt(0) ? price.gte(mark) : price.lte(mark)
}

/** The far end of the bar in the direction a stop waits for. */
function extreme(order: Order, bar: ExactBar): Money {
  return order.shares.gt(0) ? bar.high : bar.low
}

/** The best price of the bar for the one who placed the order. */
function bestFor(order: Order, bar: ExactBar): Money {
  return order.shares.gt(0) ? bar.low : bar.high
}
