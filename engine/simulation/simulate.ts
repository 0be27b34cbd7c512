import { EngineError } from '../errors.js'
import type { DeclaredIndicators } from '../indicators/declared-indicators.js'
import { type Adjustment, corporateActions, ratioOf } from '../market/adjustments.js'
import type { AssetId } from '../market/asset.js'
import type { Calendar } from '../market/calendar.js'
import { exact } from '../market/exact.js'
import { type Money, powerOfTen } from '../market/money.js'
import type { AssetHistory } from '../portal/asset-history.js'
import type { Clock } from '../portal/clock.js'
import type { Portal } from '../portal/portal.js'
import type { TradingAlgorithm } from './algorithm.js'
import { Blotter, type Execution, type ExecutionRules } from './blotter.js'
import type { Ledger } from './ledger.js'
import type { Annualisation } from './metrics.js'
import type { BacktestResult, BundleIdentity } from './result.js'
import { SessionJournal } from './session-journal.js'
import { SessionTexts } from './session-texts.js'
import { TradeBook } from './trade-book.js'
import { TradingContext } from './trading-context.js'

/** The input of a simulation. */
export interface SimulationParts {
  readonly bundle: BundleIdentity
  readonly algorithm: TradingAlgorithm
  readonly calendar: Calendar
  /** Calendar indices traded: `start` inclusive, `end` exclusive. */
  readonly start: number
  readonly end: number
  readonly histories: ReadonlyMap<AssetId, AssetHistory>
  readonly portal: Portal
  readonly clock: Clock
  readonly adjustments: readonly Adjustment[]
  readonly rules: ExecutionRules
  readonly annualisation: Annualisation
  readonly startingCash: Money
  readonly ledger: Ledger
  readonly indicators: DeclaredIndicators
}

/**
 * Runs a strategy over a range of sessions. Per session (UTC day): corporate actions →
 * beforeTradingStart → per bar: fill orders placed earlier, value the portfolio, handleData →
 * end-of-session packet. At the end, open positions are not closed and keep their last price.
 *
 * @throws {EngineError} `strategy-misuse`: a method of the strategy returned a promise; errors of
 * the strategy pass through
 */
export function simulate(parts: SimulationParts): BacktestResult {
  const { algorithm, calendar, start, end, portal, clock, ledger } = parts
  const desk = openDesk(parts)
  const actions = corporateActions(parts.adjustments)
  const priceOf = (asset: AssetId): number => portal.current(asset, 'price')

  synchronous('initialize', algorithm.initialize?.(desk.context))
  desk.context.trading = true
  for (let session = start; session < end; session++) {
    clock.beforeOpen(session)
    for (const action of actions.get(session) ?? []) applyAction(desk, ledger, action, session)
    if (startsDay(calendar, session, start)) {
      synchronous('beforeTradingStart', algorithm.beforeTradingStart?.(desk.context, portal))
    }
    clock.atBar(session)
    desk.blotter.fill(session, desk.book)
    ledger.mark(priceOf)
    synchronous('handleData', algorithm.handleData(desk.context, portal))
    if (endsDay(calendar, session, end))
      desk.journal.sessionEnded(session, ledger.equity, ledger.invested)
  }
  desk.context.trading = false
  const result = desk.journal.result({
    bundle: parts.bundle,
    bars: portal.assets.length * (end - start),
    priceScale: parts.rules.priceScale,
    annualisation: parts.annualisation,
    startingCash: parts.startingCash,
    ledger,
    orders: desk.blotter.orders,
    trades: desk.trades,
  })
  synchronous('analyze', algorithm.analyze?.(desk.context, result))
  return result
}

/** Fills orders, and records fills in ledger, trade book and journal. */
interface Desk {
  readonly blotter: Blotter
  readonly trades: TradeBook
  readonly journal: SessionJournal
  readonly context: TradingContext
  readonly book: (execution: Execution) => void
}

function openDesk(parts: SimulationParts): Desk {
  const { calendar, clock, histories, indicators, ledger, portal, rules } = parts
  const texts = new SessionTexts(calendar)
  const blotter = new Blotter(rules, (asset) => histories.get(asset)!.bars)
  const trades = new TradeBook(rules.priceScale)
  const journal = new SessionJournal(texts)
  const ticksPerUnit = powerOfTen(rules.priceScale)
  const context = new TradingContext({
    texts,
    clock,
    portal,
    blotter,
    ledger,
    indicators,
    ticksPerUnit,
  })
  const book = (execution: Execution): void => {
    const { order, shares, price, commission, session } = execution
    const cash = ledger.fill(order.asset, shares, price, commission)
    trades.fill(order.asset, shares, price, cash, session)
    journal.executed(execution)
  }
  return { blotter, trades, journal, context, book }
}

/**
 * Applies one action. Actions are sorted with a split before a dividend, because cash is per share
 * after the split.
 */
function applyAction(
  { blotter, trades }: Desk,
  ledger: Ledger,
  action: Adjustment,
  session: number,
): void {
  const { asset, kind, value } = action
  if (kind === 'dividend') {
    trades.dividend(asset, ledger.dividend(asset, value))
    return
  }
  const ratio = ratioOf(action)
  const before = exact(ledger.shares(asset))
  const cash = ledger.split(asset, ratio)
  const after = exact(ledger.shares(asset))
  blotter.split(asset, ratio, before, after)
  trades.split(asset, ratio, after, cash, session)
}

function startsDay({ dayOf }: Calendar, session: number, start: number): boolean {
  return session === start || dayOf[session] !== dayOf[session - 1]
}

function endsDay({ dayOf }: Calendar, session: number, end: number): boolean {
  return session === end - 1 || dayOf[session] !== dayOf[session + 1]
}

/**
 * Refuses a promise. The session continues as soon as a method of the strategy returns, so its
 * actions after an `await` would be lost.
 */
function synchronous(method: keyof TradingAlgorithm, returned: unknown): void {
  if (!(returned instanceof Promise)) return
  // Otherwise a later failure of the promise would be reported as unhandled.
  returned.catch(() => undefined)
  throw new EngineError(
    'strategy-misuse',
    `${method} returned a promise; make it synchronous and await before the backtest`,
  )
}
