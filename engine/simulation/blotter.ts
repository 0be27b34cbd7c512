import type { Bars } from '../market/bars.js'
import type { Rational } from '../market/rational.js'
import { absolute, type Shares, sharesSum } from '../market/shares.js'
import type { Whole } from '../market/whole.js'
import { type Commission, type CommissionModel, commissionOf } from './commission.js'
import { type Order, type OrderStyle, priceOf, remaining } from './order.js'
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
  readonly kind: 'fill'
  readonly order: Order
  readonly session: number
  /** Signed. */
  readonly shares: Shares
  /** In ticks. */
  readonly price: Whole
  /** In ticks. */
  readonly commission: Whole
  /** The change of cash in ticks, once the ledger has booked it. */
  cash: Whole
}

/** Keeps orders, and fills them in bars after the bar in which they were placed. */
export class Blotter {
  readonly #priceScale: number
  readonly #reached: typeof reachedFromOpen
  /** Absent if nothing slips. */
  readonly #slip: Slippage | undefined
  /** Shares of the current bar that orders have taken, if the model needs them. */
  readonly #taken: Map<number, Shares> | undefined
  readonly #commission: Commission
  readonly #bars: readonly Bars[]
  /** Grows with every order, fill, cancellation and split. */
  changes = 0
  readonly #orders: Order[] = []
  #open: Order[] = []

  /** @param bars  the raw bars of each asset, by its number */
  constructor(rules: ExecutionRules, bars: readonly Bars[]) {
    this.#priceScale = rules.priceScale
    this.#reached = rules.fill === 'next-open' ? reachedFromOpen : reachedAtClose
    this.#slip = slippageOf(rules.slippage, rules.volumeScale)
    this.#taken = rules.slippage.kind === 'volume-share' ? new Map() : undefined
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
   * @param shares    signed; zero places no order
   * @param placedAt  calendar index of the current bar
   * @throws {EngineError} `strategy-misuse`: prices that are not positive numbers
   */
  place(
    asset: number,
    shares: Shares,
    style: OrderStyle | undefined,
    placedAt: number,
  ): Order | undefined {
    const limit = priceOf(style?.limit, 'limit', this.#priceScale)
    const stop = priceOf(style?.stop, 'stop', this.#priceScale)
    return shares === 0 ? undefined : this.#add(asset, shares, limit, stop, placedAt)
  }

  /** Cancels an order. Returns false if the order is no longer open. */
  cancel(id: number): boolean {
    const order = this.#open.find((open) => open.id === id)
    if (order === undefined) return false
    order.status = 'cancelled'
    this.changes++
    this.#open = this.#open.filter((open) => open !== order)
    return true
  }

  /** Whether an order of an asset is open. */
  hasOpen(asset: number): boolean {
    return this.#open.length > 0 && this.#open.some((order) => order.asset === asset)
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
    this.changes++
    const orders = this.#open.filter((order) => order.asset === asset)
    splitOrders(orders, ratio, { before, after })
    this.#open = this.#open.filter((order) => order.status === 'open')
  }

  /**
   * Fills open orders in bar `session`, in the order in which they were placed. A bar without
   * volume fills nothing.
   */
  fill(session: number, book: (execution: Execution) => void): void {
    if (this.#open.length > 0) this.#fillOpen(session, book)
  }

  #fillOpen(session: number, book: (execution: Execution) => void): void {
    const open = this.#open
    this.changes++
    this.#taken?.clear()
    let kept = 0
    for (let i = 0; i < open.length; i++) {
      const order = open[i]!
      const execution = this.#execute(order, session)
      if (execution !== undefined) book(execution)
      if (order.status === 'open') open[kept++] = order
    }
    // Setting the length would give the memory back, and the next order would need it again.
    while (open.length > kept) open.pop()
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
    this.changes++
    this.#orders.push(order)
    this.#open.push(order)
    return order
  }

  #execute(order: Order, session: number): Execution | undefined {
    const bars = this.#bars[order.asset]!
    const at = session - bars.firstSession
    const volume = bars.ticks.volume[at] ?? 0
    if (!(volume > 0)) return undefined
    const reached = this.#reached(order, bars.ticks, at)
    if (reached === undefined) return undefined
    const wanted = remaining(order)
    const isFirst = order.filled === 0
    if (this.#slip === undefined) return this.#executed(order, session, wanted, reached, isFirst)
    const taken = this.#taken?.get(order.asset) ?? 0
    const { shares, price } = this.#slip(wanted, reached, volume, taken)
    if (shares === 0) return undefined
    this.#taken?.set(order.asset, sharesSum(taken, absolute(shares)))
    return this.#executed(order, session, shares, withinLimit(order, price), isFirst)
  }

  #executed(
    order: Order,
    session: number,
    shares: Shares,
    price: Whole,
    isFirst: boolean,
  ): Execution {
    const commission = this.#commission(shares, price, isFirst)
    order.filled = sharesSum(order.filled, shares)
    if (order.filled === order.shares) order.status = 'filled'
    return { kind: 'fill', order, session, shares, price, commission, cash: 0 }
  }
}
