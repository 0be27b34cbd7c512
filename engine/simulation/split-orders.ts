import { type Exact, timesRatio, truncatedTimes } from '../market/exact.js'
import { invert, type Rational } from '../market/rational.js'
import { type Order, remaining } from './order.js'

/** A position before and after a split. */
export interface SplitPosition {
  readonly before: Exact
  readonly after: Exact
}

/**
 * Adjusts the open orders of one asset to a split. Prices are divided by the ratio and rounded
 * half-even to the tick. Remaining shares are multiplied by the ratio, without the fraction. An
 * order that closes a position must still close it, although the position is rounded to whole
 * shares differently. For example, by 1:10 a short of 5 becomes 1, and the order to buy 5 becomes
 * an order to buy 1. An order without remaining shares is cancelled.
 *
 * Which position an order closes: market orders fill first, one after the other. Limit and stop
 * orders follow; those that enlarge the position count as filled for the later ones. Those that
 * reduce it do so one after the other, until one would reach beyond flat: it is an alternative to
 * the earlier ones (a stop beside a limit), and starts from the position again.
 *
 * @param orders  in the order they were placed
 */
export function splitOrders(
  orders: readonly Order[],
  ratio: Rational,
  held: SplitPosition,
  priceScale: number,
): void {
  const rest = new Map(orders.map((order) => [order, remaining(order)]))
  const resize = (order: Order, from: SplitPosition): SplitPosition => {
    const shares = rest.get(order)!
    const resized = resizedShares(shares, from, ratio)
    order.shares = order.filled.plus(resized)
    order.limit = order.limit && timesRatio(order.limit, invert(ratio), priceScale)
    order.stop = order.stop && timesRatio(order.stop, invert(ratio), priceScale)
    if (resized.isZero()) order.status = 'cancelled'
    return { before: from.before.plus(shares), after: from.after.plus(resized) }
  }
  let position = held
  for (const order of orders.filter(isMarket)) position = resize(order, position)
  let reduced = position
  for (const order of orders.filter((open) => !isMarket(open))) {
    const shares = rest.get(order)!
    if (!opposes(shares, position.before)) {
      position = resize(order, position)
      reduced = position
    } else {
      const isNext = opposes(shares, reduced.before) && shares.abs().lte(reduced.before.abs())
      reduced = resize(order, isNext ? reduced : position)
    }
  }
}

/** The shares of an order after a split. */
function resizedShares(shares: Exact, { before, after }: SplitPosition, ratio: Rational): Exact {
  const scaled = truncatedTimes(shares, ratio)
  if (!opposes(shares, before)) return scaled
  const closing = after.neg()
  const reach = shares.abs().comparedTo(before.abs())
  if (reach === 0) return closing
  const isLarger = scaled.abs().gt(closing.abs())
  // An order for less than the whole position must not exceed the new position, and an order for
  // more must not fall below it.
  return reach > 0 === isLarger ? scaled : closing
}

function isMarket({ limit, stop }: Order): boolean {
  return limit === undefined && stop === undefined
}

function opposes(shares: Exact, position: Exact): boolean {
  return shares.s * position.s < 0 && !shares.isZero() && !position.isZero()
}
