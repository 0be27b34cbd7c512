import type { Whole } from '../market/whole.js'
import type { Order } from './order.js'

/** The raw prices of an asset's bars, in ticks. */
export interface PriceColumns {
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
}

/**
 * The price in ticks at which an order fills in bar `at`, from the open on; undefined if the bar
 * does not reach the order's price. A stop reached within the bar fills at the stop. A stop-limit
 * order whose stop is reached within the bar becomes a limit order for the next bars, since the
 * path of prices within a bar is unknown.
 */
export function reachedFromOpen(order: Order, bars: PriceColumns, at: number): Whole | undefined {
  const open = bars.open[at]!
  if (order.stop !== undefined) {
    const stop = order.stop
    if (!beyond(order, open, stop)) {
      if (!beyond(order, extreme(order, bars, at), stop)) return undefined
      order.stop = undefined
      return order.limit === undefined ? stop : undefined
    }
    order.stop = undefined
  }
  if (order.limit === undefined || beyond(order, order.limit, open)) return open
  return beyond(order, order.limit, bestFor(order, bars, at)) ? order.limit : undefined
}

/** The price at which an order fills if only the close of the bar counts. */
export function reachedAtClose(order: Order, bars: PriceColumns, at: number): Whole | undefined {
  const close = bars.close[at]!
  if (order.stop !== undefined) {
    if (!beyond(order, close, order.stop)) return undefined
    order.stop = undefined
  }
  return order.limit === undefined || beyond(order, order.limit, close) ? close : undefined
}

/** The price after slippage or, if that is beyond the limit, the limit. */
export function withinLimit(order: Order, price: Whole): Whole {
  return order.limit !== undefined && beyond(order, price, order.limit) ? order.limit : price
}

/** Whether the price is at or above the mark for a buy, or at or below it for a sale. */
function beyond(order: Order, price: Whole, mark: Whole): boolean {
  return order.shares > 0 ? price >= mark : price <= mark
}

/** The bar's extreme in the direction of the stop. */
function extreme(order: Order, bars: PriceColumns, at: number): number {
  return order.shares > 0 ? bars.high[at]! : bars.low[at]!
}

/** The bar's best price for the order. */
function bestFor(order: Order, bars: PriceColumns, at: number): number {
  return order.shares > 0 ? bars.low[at]! : bars.high[at]!
}
