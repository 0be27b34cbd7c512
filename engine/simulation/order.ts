import { EngineError } from '../errors.js'
import type { AssetId } from '../market/asset.js'
import { Money } from '../market/money.js'

/** Limit and stop price; without either, a market order. */
export interface OrderStyle {
  /** Never buys above, never sells below. */
  readonly limit?: number | string
  /**
   * Becomes a market (or limit) order once the price is reached: at or above for a buy, at or below
   * for a sale.
   */
  readonly stop?: number | string
}

/** An order as the blotter keeps it. Shares are signed: negative sells. */
export interface Order {
  readonly id: number
  readonly asset: AssetId
  /** Calendar index of the current bar when it was placed: it fills in later bars only. */
  readonly placedAt: number
  /** In shares of the current session: a split changes the unfilled rest and the prices. */
  shares: Money
  filled: Money
  limit: Money | undefined
  stop: Money | undefined
  status: OrderStatus
}

export type OrderStatus = 'open' | 'filled' | 'cancelled'

/** Decimal places of fractional shares. */
const SHARE_PLACES = 8

/**
 * Shares as the strategy gave them → exact, at most 8 decimal places, half-even.
 *
 * @throws {EngineError} `strategy-misuse`: not a finite number
 */
export function sharesOf(shares: number): Money {
  if (Number.isFinite(shares)) return new Money(shares).toDecimalPlaces(SHARE_PLACES)
  throw new EngineError('strategy-misuse', `an order of ${shares} shares; give a finite number`)
}

/**
 * A limit or stop price → exact, on the tick, half-even.
 *
 * @throws {EngineError} `strategy-misuse`: not a positive price
 */
export function priceOf(
  price: number | string | undefined,
  name: 'limit' | 'stop',
  priceScale: number,
): Money | undefined {
  if (price === undefined) return undefined
  if (/^\d*\.?\d+(e[+-]?\d+)?$/i.test(String(price))) {
    const exact = new Money(price).toDecimalPlaces(priceScale)
    if (exact.gt(0)) return exact
  }
  throw new EngineError(
    'strategy-misuse',
    `${name} price ${price} is not a positive number; correct it or leave it out`,
  )
}

/** Shares that have not been filled yet, signed. */
export function remaining(order: Order): Money {
  return order.shares.minus(order.filled)
}

/**
 * Adjusts an open order to a split: remaining shares × ratio, without the fraction; prices ÷ ratio.
 */
export function splitOrder(order: Order, ratio: Money, priceScale: number): void {
  order.shares = order.filled.plus(remaining(order).times(ratio).trunc())
  order.limit = order.limit?.div(ratio).toDecimalPlaces(priceScale)
  order.stop = order.stop?.div(ratio).toDecimalPlaces(priceScale)
  if (remaining(order).isZero()) order.status = 'cancelled'
}
