import type { AssetId } from '../market/asset.js'
import type { Calendar } from '../market/calendar.js'
import { ticksToText } from '../market/money.js'
import { exactShares, sharesAsNumber } from '../market/shares.js'
import { exactAmount, type Whole } from '../market/whole.js'
import type { Execution } from './blotter.js'
import { ticksAsNumber } from './equity-series.js'
import type { Ledger } from './ledger.js'
import { type Annualisation, type Metrics, metricsOf } from './metrics.js'
import type { Order } from './order.js'
import type {
  BacktestResult,
  BundleIdentity,
  Fill,
  OrderRecord,
  SessionText,
  Trade,
} from './result.js'
import type { BookedEvent, SessionJournal } from './session-journal.js'
import type { Curve } from './session-returns.js'
import type { SessionTexts } from './session-texts.js'
import { type RoundTrip, TradeBook } from './trade-book.js'
import { sessionEnds } from './trading-day.js'

/** A simulation that has ended. */
export interface FinishedRun {
  readonly bundle: BundleIdentity
  readonly bars: number
  readonly priceScale: number
  readonly annualisation: Annualisation
  /** In ticks. */
  readonly startingCash: Whole
  readonly assets: readonly AssetId[]
  readonly calendar: Calendar
  /** Calendar indices traded: `start` inclusive, `end` exclusive. */
  readonly start: number
  readonly end: number
  readonly ledger: Ledger
  readonly journal: SessionJournal
  readonly orders: readonly Order[]
  readonly texts: SessionTexts
}

/**
 * The result of a run. Texts, trades and metrics are made when they are first read, and kept: a
 * search reads one number of most results. To copies and to JSON, it is plain data.
 */
export function resultOf(run: FinishedRun): BacktestResult {
  const { journal, ledger, priceScale, annualisation, texts } = run
  const { equity } = journal
  const trips = once(() => roundTrips(run))
  const closed = once(() => trips().filter((trip) => trip.closed !== undefined))
  const fills = once(() => executions(journal.events).map((execution) => fillOf(run, execution)))
  const trades = once(() => trips().map((trip) => tradeOf(run, trip)))
  const orders = once(() => run.orders.map((order) => orderOf(run, order)))
  const amounts = once(() => equity.texts(priceScale))
  const curve = once(() => ({
    dates: sessionsOf(run).map((bar) => texts.of(bar)),
    equity: amounts(),
  }))
  const metrics = once(() => metricsOfRun(run, amounts, closed()))
  const final = ledger.equity
  const result = {
    bundle: run.bundle,
    bars: run.bars,
    sessions: equity.length,
    priceScale,
    get fills() {
      return fills()
    },
    get trades() {
      return trades()
    },
    get closedTrades() {
      return closed().length
    },
    get openTrades() {
      return trips().length - closed().length
    },
    get orders() {
      return orders()
    },
    get startingCash() {
      return ticksToText(run.startingCash, priceScale)
    },
    get finalCash() {
      return ticksToText(ledger.cash, priceScale)
    },
    get finalEquity() {
      return ticksToText(final, priceScale)
    },
    get equityCurve() {
      return curve()
    },
    periodsPerYear: annualisation.periodsPerYear,
    riskFree: annualisation.riskFree,
    get metrics() {
      return metrics()
    },
  }
  const bankrupt = bankruptcyOf(run)
  if (bankrupt !== undefined) Object.assign(result, { bankrupt })
  runs.set(result, run)
  return result
}

const runs = new WeakMap<BacktestResult, FinishedRun>()

/** The run of a result that `resultOf` made; undefined for copies. */
export function runOf(result: BacktestResult): FinishedRun | undefined {
  return runs.get(result)
}

/** What ranks a run, besides its score; as in its result. */
export function outcomeOf(run: FinishedRun): RunOutcome {
  const { bars, bundle, ledger, priceScale } = run
  const bankrupt = bankruptcyOf(run)
  return {
    bundle,
    bars,
    finalEquity: ticksToText(ledger.equity, priceScale),
    ...(bankrupt !== undefined && { bankrupt }),
  }
}

/** The part of a result that a search keeps of each trial. */
export type RunOutcome = Pick<BacktestResult, 'bundle' | 'bars' | 'finalEquity' | 'bankrupt'>

function bankruptcyOf(run: FinishedRun): SessionText | undefined {
  const session = run.journal.equity.firstNotAboveZero()
  return session < 0 ? undefined : run.texts.of(sessionsOf(run)[session]!)
}

/** A value that is made on first use. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function executions(events: readonly BookedEvent[]): Execution[] {
  return events.flatMap((event) => (event.kind === 'fill' ? [event] : []))
}

/** The last bar of each session. */
function sessionsOf({ calendar, start, end }: FinishedRun): number[] {
  return Array.from(
    sessionEnds(calendar, start, end) ??
      Array.from({ length: end - start }, (_, session) => start + session),
  )
}

/** The round trips, from the events in decimals. */
function roundTrips({ assets, journal, ledger, priceScale }: FinishedRun): readonly RoundTrip[] {
  const book = new TradeBook(priceScale)
  const amount = (ticks: Whole) => exactAmount(ticks, priceScale)
  for (const event of journal.events) {
    const cash = amount(event.cash)
    if (event.kind === 'fill') {
      const { order, shares, price, session } = event
      book.fill(assets[order.asset]!, exactShares(shares), amount(price), cash, session)
    } else if (event.kind === 'dividend') book.dividend(assets[event.asset]!, cash)
    else {
      const { asset, ratio, held, session } = event
      book.split(assets[asset]!, ratio, exactShares(held), cash, session)
    }
  }
  const numbers = new Map(assets.map((asset, number) => [asset, number]))
  return book.trips((asset) => amount(ledger.lastPrice(numbers.get(asset)!)))
}

function metricsOfRun(
  run: FinishedRun,
  amounts: () => readonly string[],
  closed: readonly RoundTrip[],
): Metrics {
  const { annualisation, journal } = run
  const wins = closed.filter((trip) => trip.profit.gt(0)).length
  return metricsOf(curveOfRun(run, amounts), journal.exposed, wins, closed.length, annualisation)
}

/** The part of a run from which its figures follow. */
export interface BookedRun
  extends Pick<FinishedRun, 'annualisation' | 'priceScale' | 'startingCash'> {
  readonly journal: Pick<SessionJournal, 'equity' | 'events'>
}

/** The equity of a run. @param amounts  its decimal texts, without the starting cash */
export function curveOfRun(
  { journal, priceScale, startingCash }: BookedRun,
  amounts: () => readonly string[] = () => journal.equity.texts(priceScale),
): Curve {
  return {
    start: ticksAsNumber(startingCash, priceScale),
    values: journal.equity.numbers(priceScale),
    amounts: () => [ticksToText(startingCash, priceScale), ...amounts()],
  }
}

function fillOf({ assets, priceScale, texts }: FinishedRun, execution: Execution): Fill {
  const { order, session, shares, price, commission } = execution
  return {
    order: order.id,
    date: texts.of(session),
    asset: assets[order.asset]!,
    shares: sharesAsNumber(shares),
    price: ticksToText(price, priceScale),
    commission: ticksToText(commission, priceScale),
  }
}

function tradeOf({ texts }: FinishedRun, trip: RoundTrip): Trade {
  const { asset, side, opened, closed, entryPrice, exitPrice, profit } = trip
  return {
    asset,
    side,
    opened: texts.of(opened),
    ...(closed !== undefined && { closed: texts.of(closed) }),
    entryPrice: entryPrice.toFixed(),
    ...(exitPrice !== undefined && { exitPrice: exitPrice.toFixed() }),
    profit: profit.toFixed(),
  }
}

function orderOf({ assets, priceScale, texts }: FinishedRun, order: Order): OrderRecord {
  const { id, asset, placedAt, shares, filled, limit, stop, status } = order
  return {
    id,
    asset: assets[asset]!,
    ...(placedAt >= 0 && { placed: texts.of(placedAt) }),
    shares: sharesAsNumber(shares),
    filled: sharesAsNumber(filled),
    ...(limit !== undefined && { limit: ticksToText(limit, priceScale) }),
    ...(stop !== undefined && { stop: ticksToText(stop, priceScale) }),
    status,
  }
}
