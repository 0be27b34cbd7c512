import { divideHalfEven } from '../market/money.js'
import type { Rational } from '../market/rational.js'
import { opposite, type Shares, sharesSum, shareUnits, wholeShares } from '../market/shares.js'
import { signOf, type Whole, wholeOf } from '../market/whole.js'
import { type Order, remaining } from './order.js'

/** A position before and after a split. */
export interface SplitPosition {
  readonly before: Shares
  readonly after: Shares
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
export function splitOrders(orders: readonly Order[], ratio: Rational, held: SplitPosition): void {
  const rest = new Map(orders.map((order) => [order, remaining(order)]))
  const resize = (order: Order, from: SplitPosition): SplitPosition => {
    const shares = rest.get(order)!
    const resized = resizedShares(shares, from, ratio)
    order.shares = sharesSum(order.filled, resized)
    order.limit = order.limit && afterSplit(order.limit, ratio)
    order.stop = order.stop && afterSplit(order.stop, ratio)
    if (signOf(resized) === 0) order.status = 'cancelled'
    return { before: sharesSum(from.before, shares), after: sharesSum(from.after, resized) }
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
      const isNext = opposes(shares, reduced.before) && sizeOf(shares) <= sizeOf(reduced.before)
      reduced = resize(order, isNext ? reduced : position)
    }
  }
}

/** The shares of an order after a split. */
function resizedShares(shares: Shares, { before, after }: SplitPosition, ratio: Rational): Shares {
  const scaled = scaledShares(shares, ratio)
  if (!opposes(shares, before)) return scaled
  const closing = opposite(after)
  const reach = signOf(sizeOf(shares) - sizeOf(before))
  if (reach === 0) return closing
  const isLarger = sizeOf(scaled) > sizeOf(closing)
  // An order for less than the whole position must not exceed the new position, and an order for
  // more must not fall below it.
  return reach > 0 === isLarger ? scaled : closing
}

/** Shares × ratio, without the fraction. */
function scaledShares(shares: Shares, { numerator, denominator }: Rational): Shares {
  return wholeShares((shareUnits(shares) * numerator) / denominator)
}

/** A price ÷ ratio, rounded half-even to the tick. */
function afterSplit(ticks: Whole, { numerator, denominator }: Rational): Whole {
  return wholeOf(divideHalfEven(BigInt(ticks) * denominator, numerator))
}

/** The unsigned shares in units, in which any two can be compared. */
function sizeOf(shares: Shares): bigint {
  const units = shareUnits(shares)
  return units < 0n ? -units : units
}

function isMarket({ limit, stop }: Order): boolean {
  return limit === undefined && stop === undefined
}

function opposes(shares: Shares, position: Shares): boolean {
  return signOf(shares) * signOf(position) < 0
}
