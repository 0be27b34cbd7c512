import type { Money } from '../market/money.js'
import type { Execution } from './blotter.js'
import type { Ledger } from './ledger.js'
import { type Annualisation, metricsOf } from './metrics.js'
import type { Order } from './order.js'
import type { BacktestResult, BundleIdentity, Fill, OrderRecord, Trade } from './result.js'
import type { SessionTexts } from './session-texts.js'
import type { RoundTrip, TradeBook } from './trade-book.js'

/** Records the events of a simulation and makes its result. */
export class SessionJournal {
  readonly #texts: SessionTexts
  readonly #executions: Execution[] = []
  readonly #sessions: number[] = []
  readonly #equity: Money[] = []
  #exposed = 0

  constructor(texts: SessionTexts) {
    this.#texts = texts
  }

  executed(execution: Execution): void {
    this.#executions.push(execution)
  }

  /** The end-of-session packet. */
  sessionEnded(session: number, equity: Money, exposed: boolean): void {
    this.#sessions.push(session)
    this.#equity.push(equity)
    if (exposed) this.#exposed++
  }

  result(run: FinishedRun): BacktestResult {
    const { ledger, startingCash } = run
    const lastPrices = new Map(ledger.positions().map(({ asset, price }) => [asset, price]))
    const trips = run.trades.trips((asset) => lastPrices.get(asset)!)
    const closed = trips.filter((trip) => trip.closed !== undefined)
    const wins = closed.filter((trip) => trip.profit.gt(0)).length
    const equity = this.#equity.map((value) => value.toFixed())
    const bankrupt = this.#sessions[this.#equity.findIndex((value) => !value.gt(0))]
    return {
      bundle: run.bundle,
      bars: run.bars,
      sessions: this.#sessions.length,
      priceScale: run.priceScale,
      fills: this.#executions.map((execution) => this.#fill(execution)),
      trades: trips.map((trip) => this.#trade(trip)),
      closedTrades: closed.length,
      openTrades: trips.length - closed.length,
      orders: run.orders.map((order) => this.#order(order)),
      startingCash: startingCash.toFixed(),
      finalCash: ledger.cash.toFixed(),
      finalEquity: ledger.equity.toFixed(),
      equityCurve: {
        dates: this.#sessions.map((session) => this.#text(session)),
        equity,
      },
      periodsPerYear: run.annualisation.periodsPerYear,
      riskFree: run.annualisation.riskFree,
      metrics: metricsOf(
        startingCash.toFixed(),
        equity,
        this.#exposed,
        wins,
        closed.length,
        run.annualisation,
      ),
      ...(bankrupt !== undefined && { bankrupt: this.#text(bankrupt) }),
    }
  }

  #fill({ order, session, shares, price, commission }: Execution): Fill {
    return {
      order: order.id,
      date: this.#text(session),
      asset: order.asset,
      shares: shares.toNumber(),
      price: price.toFixed(),
      commission: commission.toFixed(),
    }
  }

  #trade({ asset, side, opened, closed, entryPrice, exitPrice, profit }: RoundTrip): Trade {
    return {
      asset,
      side,
      opened: this.#text(opened),
      ...(closed !== undefined && { closed: this.#text(closed) }),
      entryPrice: entryPrice.toFixed(),
      ...(exitPrice !== undefined && { exitPrice: exitPrice.toFixed() }),
      profit: profit.toFixed(),
    }
  }

  #order({ id, asset, placedAt, shares, filled, limit, stop, status }: Order): OrderRecord {
    return {
      id,
      asset,
      ...(placedAt >= 0 && { placed: this.#text(placedAt) }),
      shares: shares.toNumber(),
      filled: filled.toNumber(),
      ...(limit !== undefined && { limit: limit.toFixed() }),
      ...(stop !== undefined && { stop: stop.toFixed() }),
      status,
    }
  }

  #text(session: number): string {
    return this.#texts.of(session)
  }
}

/** The state at the end of a simulation. */
export interface FinishedRun {
  readonly bundle: BundleIdentity
  readonly bars: number
  readonly priceScale: number
  readonly annualisation: Annualisation
  readonly startingCash: Money
  readonly ledger: Ledger
  readonly orders: readonly Order[]
  readonly trades: TradeBook
}
