import { type Exact, timesRatio, truncatedTimes } from '../market/exact.js'
import { invert, type Rational } from '../market/rational.js'
import { type Order, remaining } from './order.js'

/** A position before a split, and what the split makes of it. */
export interface SplitPosition {
  readonly before: Exact
  readonly after: Exact
}

/**
 * Adjusts the open orders of one asset to a split: prices ÷ ratio, half-even to the tick; remaining
 * shares × ratio, without the fraction. An order that closes a position still closes it, although
 * the position was rounded to whole shares in its own way: a short of 5 becomes 1 by 1:10, and the
 * order to buy 5 becomes an order to buy 1. An order without a remaining share is cancelled.
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
  // Less than the whole position stays at most that, more than it at least that.
  return reach > 0 === isLarger ? scaled : closing
}

function isMarket({ limit, stop }: Order): boolean {
  return limit === undefined && stop === undefined
}

function opposes(shares: Exact, position: Exact): boolean {
  return shares.s * position.s < 0 && !shares.isZero() && !position.isZero()
}
