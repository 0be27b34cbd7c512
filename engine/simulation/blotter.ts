import type { Bars } from '../market/bars.js'
import type { Exact } from '../market/exact.js'
import type { Rational } from '../market/rational.js'
import { absolute, type Shares, sharesSum } from '../market/shares.js'
import type { Whole } from '../market/whole.js'
import { type Commission, type CommissionModel, commissionOf } from './commission.js'
import { type Order, type OrderStyle, priceOf, remaining, sharesOf } from './order.js'
import { reachedAtClose, reachedFromOpen, withinLimit } from './price-reach.js'
import { type Slippage, type SlippageModel, slippageOf } from './slippage.js'
import { splitOrders } from './split-orders.js'

/** The price of the next bar at which a market order fills. */
export type FillPolicy = 'next-open' | 'next-close'

export interface ExecutionRules {
  readonly fill: FillPolicy
  readonly slippage: SlippageModel
  readonly commission: CommissionModel
  /** Decimal places of a tick. */
  readonly priceScale: number
  /** Decimal places of a bar's volume. */
  readonly volumeScale: number
}

/** One execution, at the raw prices of its day. */
export interface Execution {
  readonly order: Order
  readonly session: number
  /** Signed. */
  readonly shares: Shares
  /** In ticks. */
  readonly price: Whole
  /** In ticks. */
  readonly commission: Whole
}

/** Keeps orders, and fills them in bars after the bar in which they were placed. */
export class Blotter {
  readonly #priceScale: number
  readonly #reached: typeof reachedFromOpen
  readonly #slip: Slippage
  readonly #commission: Commission
  readonly #bars: readonly Bars[]
  readonly #orders: Order[] = []
  #open: Order[] = []

  /** @param bars  the raw bars of each asset, by its number */
  constructor(rules: ExecutionRules, bars: readonly Bars[]) {
    this.#priceScale = rules.priceScale
    this.#reached = rules.fill === 'next-open' ? reachedFromOpen : reachedAtClose
    this.#slip = slippageOf(rules.slippage, rules.volumeScale)
    this.#commission = commissionOf(rules.commission, rules.priceScale)
    this.#bars = bars
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
   * @param asset     its number
   * @param shares    signed; zero (after rounding to 8 places) places no order
   * @param placedAt  calendar index of the current bar
   * @throws {EngineError} `strategy-misuse`: shares or prices that are not numbers
   */
  place(
    asset: number,
    shares: number | Exact,
    style: OrderStyle | undefined,
    placedAt: number,
  ): Order | undefined {
    const wanted = sharesOf(shares)
    const limit = priceOf(style?.limit, 'limit', this.#priceScale)
    const stop = priceOf(style?.stop, 'stop', this.#priceScale)
    return wanted === 0 ? undefined : this.#add(asset, wanted, limit, stop, placedAt)
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
  hasOpen(asset: number): boolean {
    for (const order of this.#open) if (order.asset === asset) return true
    return false
  }

  /** Shares of an asset still on order, signed. */
  pending(asset: number): Shares {
    let shares: Shares = 0
    for (const order of this.#open)
      if (order.asset === asset) shares = sharesSum(shares, remaining(order))
    return shares
  }

  /**
   * Adjusts the open orders of an asset to a split; see `splitOrders`.
   *
   * @param before  shares held before the split, signed
   * @param after   shares held after it
   */
  split(asset: number, ratio: Rational, before: Shares, after: Shares): void {
    const orders = this.#open.filter((order) => order.asset === asset)
    splitOrders(orders, ratio, { before, after })
    this.#open = this.#open.filter((order) => order.status === 'open')
  }

  /**
   * Fills open orders in bar `session`, in the order in which they were placed. A bar without
   * volume fills nothing.
   */
  fill(session: number, book: (execution: Execution) => void): void {
    if (this.#open.length === 0) return
    const taken = new Map<number, Shares>()
    for (const order of this.#open) {
      const execution = this.#execute(order, session, taken)
      if (execution !== undefined) book(execution)
    }
    this.#open = this.#open.filter((order) => order.status === 'open')
  }

  #add(
    asset: number,
    shares: Shares,
    limit: Whole | undefined,
    stop: Whole | undefined,
    placedAt: number,
  ): Order {
    const id = this.#orders.length + 1
    const order: Order = { id, asset, placedAt, shares, filled: 0, limit, stop, status: 'open' }
    this.#orders.push(order)
    this.#open.push(order)
    return order
  }

  #execute(order: Order, session: number, takenBy: Map<number, Shares>): Execution | undefined {
    const bars = this.#bars[order.asset]!
    const at = session - bars.firstSession
    const volume = bars.ticks.volume[at] ?? 0
    if (!(volume > 0)) return undefined
    const reached = this.#reached(order, bars.ticks, at)
    if (reached === undefined) return undefined
    const taken = takenBy.get(order.asset) ?? 0
    const slipped = this.#slip(remaining(order), reached, volume, taken)
    if (slipped.shares === 0) return undefined
    const price = withinLimit(order, slipped.price)
    const commission = this.#commission(slipped.shares, price, order.filled === 0)
    takenBy.set(order.asset, sharesSum(taken, absolute(slipped.shares)))
    order.filled = sharesSum(order.filled, slipped.shares)
    if (order.filled === order.shares) order.status = 'filled'
    return { order, session, shares: slipped.shares, price, commission }
  }
}
