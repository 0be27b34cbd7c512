import type { AssetId } from '../market/asset.js'
import type { Bars } from '../market/bars.js'
import { type Exact, exact, fromUnits } from '../market/exact.js'
import type { Rational } from '../market/rational.js'
import { type CommissionModel, commissionOf } from './commission.js'
import { type Order, type OrderStyle, priceOf, remaining, sharesOf } from './order.js'
import { type ExactBar, reachedAtClose, reachedFromOpen, withinLimit } from './price-reach.js'
import { type SlippageModel, slip } from './slippage.js'
import { splitOrders } from './split-orders.js'

/** The price of the next bar at which a market order fills. */
export type FillPolicy = 'next-open' | 'next-close'

export interface ExecutionRules {
  readonly fill: FillPolicy
  readonly slippage: SlippageModel
  readonly commission: CommissionModel
  /** Decimal places of a tick. */
  readonly priceScale: number
  /** Decimal places of a unit of volume. */
  readonly volumeScale: number
}

/** One execution, at the raw prices of its day. */
export interface Execution {
  readonly order: Order
  readonly session: number
  /** Signed. */
  readonly shares: Exact
  readonly price: Exact
  readonly commission: Exact
}

/** Keeps orders, and fills them in bars after the bar in which they were placed. */
export class Blotter {
  readonly #rules: ExecutionRules
  readonly #barsOf: (asset: AssetId) => Bars
  readonly #tick: Exact
  readonly #orders: Order[] = []
  #open: Order[] = []

  /** @param barsOf  the raw bars of an asset */
  constructor(rules: ExecutionRules, barsOf: (asset: AssetId) => Bars) {
    this.#rules = rules
    this.#barsOf = barsOf
    this.#tick = fromUnits(1n, rules.priceScale)
  }

  /** All orders ever placed, by id. */
  get orders(): readonly Order[] {
    return this.#orders
  }

  /** Open orders, in the order they were placed. */
  get open(): readonly Order[] {
    return this.#open
  }

  /**
   * Places an order.
   *
   * @param shares    signed; zero (after rounding to 8 places) places no order
   * @param placedAt  calendar index of the current bar
   * @throws {EngineError} `strategy-misuse`: shares or prices that are not numbers
   */
  place(
    asset: AssetId,
    shares: number | Exact,
    style: OrderStyle | undefined,
    placedAt: number,
  ): Order | undefined {
    const wanted = sharesOf(shares)
    const limit = priceOf(style?.limit, 'limit', this.#rules.priceScale)
    const stop = priceOf(style?.stop, 'stop', this.#rules.priceScale)
    if (wanted.isZero()) return undefined
    const order: Order = {
      id: this.#orders.length + 1,
      asset,
      placedAt,
      shares: wanted,
      filled: ZERO,
      limit,
      stop,
      status: 'open',
    }
    this.#orders.push(order)
    this.#open.push(order)
    return order
  }

  /** Cancels an order. Returns false if the order is no longer open. */
  cancel(id: number): boolean {
    const order = this.#open.find((open) => open.id === id)
    if (order === undefined) return false
    order.status = 'cancelled'
    this.#open = this.#open.filter((open) => open !== order)
    return true
  }

  /** Whether an order of an asset is open. */
  hasOpen(asset: AssetId): boolean {
    return this.#open.some((order) => order.asset === asset)
  }

  /** Shares of an asset still on order, signed. */
  pending(asset: AssetId): Exact {
    return this.#open.reduce(
      (sum, order) => (order.asset === asset ? sum.plus(remaining(order)) : sum),
      ZERO,
    )
  }

  /**
   * Adjusts the open orders of an asset to a split; see `splitOrders`.
   *
   * @param before  shares held before the split, signed
   * @param after   shares held after it
   */
  split(asset: AssetId, ratio: Rational, before: Exact, after: Exact): void {
    const orders = this.#open.filter((order) => order.asset === asset)
    splitOrders(orders, ratio, { before, after }, this.#rules.priceScale)
    this.#open = this.#open.filter((order) => order.status === 'open')
  }

  /**
   * Fills open orders in bar `session`, in the order in which they were placed. A bar without
   * volume fills nothing.
   */
  fill(session: number, book: (execution: Execution) => void): void {
    if (this.#open.length === 0) return
    const taken = new Map<AssetId, Exact>()
    for (const order of this.#open) {
      const execution = this.#execute(order, session, taken)
      if (execution !== undefined) book(execution)
    }
    this.#open = this.#open.filter((order) => order.status === 'open')
  }

  #execute(order: Order, session: number, takenBy: Map<AssetId, Exact>): Execution | undefined {
    const bar = this.#bar(order.asset, session)
    if (bar === undefined) return undefined
    const { commission, fill, priceScale, slippage } = this.#rules
    const reached = fill === 'next-open' ? reachedFromOpen(order, bar) : reachedAtClose(order, bar)
    if (reached === undefined) return undefined
    const taken = takenBy.get(order.asset) ?? ZERO
    const slipped = slip(slippage, remaining(order), reached, bar.volume, taken, priceScale)
    if (slipped.shares.isZero()) return undefined
    const price = withinLimit(order, slipped.price)
    const paid = commissionOf(commission, slipped.shares, price, order.filled.isZero(), priceScale)
    takenBy.set(order.asset, taken.plus(slipped.shares.abs()))
    order.filled = order.filled.plus(slipped.shares)
    if (remaining(order).isZero()) order.status = 'filled'
    return { order, session, shares: slipped.shares, price, commission: paid }
  }

  #bar(asset: AssetId, session: number): ExactBar | undefined {
    const { firstSession, ticks } = this.#barsOf(asset)
    const i = session - firstSession
    const units = ticks.volume[i] ?? 0
    if (!(units > 0)) return undefined
    return {
      open: this.#tick.times(ticks.open[i]!),
      high: this.#tick.times(ticks.high[i]!),
      low: this.#tick.times(ticks.low[i]!),
      close: this.#tick.times(ticks.close[i]!),
      volume: fromUnits(BigInt(units), this.#rules.volumeScale),
    }
  }
}

const ZERO = exact(0)
