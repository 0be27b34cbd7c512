import { EngineError } from '../errors.js'
import { Exact, exact, isTooMany } from '../market/exact.js'
import { MAX_UNSCALED } from '../market/money.js'
import { SHARE_PLACES, type Shares, sharesLess, sharesOfExact } from '../market/shares.js'
import { type Whole, wholeUnits } from '../market/whole.js'

/** Limit and stop price; without either, a market order. */
export interface OrderStyle {
  /** The limit: the order never buys above it and never sells below it. */
  readonly limit?: number | string
  /**
   * The stop: once the price reaches it (at or above for a buy, at or below for a sale), the order
   * becomes a market order or a limit order.
   */
  readonly stop?: number | string
}

/** An order as the blotter keeps it. Shares are signed: negative sells. */
export interface Order {
  readonly id: number
  /** Number of the asset in its backtest. */
  readonly asset: number
  /**
   * Calendar index of the bar that was current when the order was placed. The order fills only in
   * later bars.
   */
  readonly placedAt: number
  /**
   * Counted in shares of the current session, since a split changes the unfilled rest and the
   * prices.
   */
  shares: Shares
  filled: Shares
  /** In ticks. */
  limit: Whole | undefined
  /** In ticks. */
  stop: Whole | undefined
  status: OrderStatus
}

export type OrderStatus = 'open' | 'filled' | 'cancelled'

/**
 * Converts the shares given by a strategy, rounded half-even to at most 8 decimal places.
 *
 * @throws {EngineError} `strategy-misuse`: not a finite number, or beyond 10^30
 */
export function sharesOf(shares: number | Exact): Shares {
  if (Number.isInteger(shares) && Math.abs(shares as number) <= MAX_UNSCALED)
    return (shares as number) + 0
  if (typeof shares === 'number' ? !Number.isFinite(shares) : !(shares instanceof Exact))
    throw new EngineError('strategy-misuse', `an order of ${shares} shares; give a finite number`)
  const wanted = exact(shares)
  if (!isTooMany(wanted)) return sharesOfExact(wanted.toDecimalPlaces(SHARE_PLACES))
  throw new EngineError('strategy-misuse', `an order of ${shares} shares; give at most 10^30`)
}

/**
 * Converts a limit or stop price to ticks, rounded half-even.
 *
 * @throws {EngineError} `strategy-misuse`: not a positive price
 */
export function priceOf(
  price: number | string | undefined,
  name: 'limit' | 'stop',
  priceScale: number,
): Whole | undefined {
  if (price === undefined) return undefined
  if (/^\d*\.?\d+(e[+-]?\d+)?$/i.test(String(price))) {
    const onTick = exact(price).toDecimalPlaces(priceScale)
    if (onTick.gt(0)) return wholeUnits(onTick, priceScale)
  }
  throw new EngineError(
    'strategy-misuse',
    `${name} price ${price} is not a positive number; correct it or leave it out`,
  )
}

/** Shares that have not been filled yet, signed. */
export function remaining(order: Order): Shares {
  return sharesLess(order.shares, order.filled)
}
