import { EngineError } from '../errors.js'
import type { DeclaredIndicators } from '../indicators/declared-indicators.js'
import { type Adjustment, ratioOf } from '../market/adjustments.js'
import type { Calendar } from '../market/calendar.js'
import type { Whole } from '../market/whole.js'
import type { AssetHistory } from '../portal/asset-history.js'
import type { Clock } from '../portal/clock.js'
import type { Portal } from '../portal/portal.js'
import type { TradingAlgorithm } from './algorithm.js'
import { AssetNumbers } from './asset-numbers.js'
import { Blotter, type Execution, type ExecutionRules } from './blotter.js'
import { ActionQueue } from './corporate-actions.js'
import { HistoryPrices } from './current-prices.js'
import { canPostpone, type Ledger, type PostponingLedger } from './ledger.js'
import type { Annualisation } from './metrics.js'
import type { BacktestResult, BundleIdentity } from './result.js'
import { type FinishedRun, resultOf } from './run-result.js'
import { SessionJournal } from './session-journal.js'
import { SessionTexts } from './session-texts.js'
import { TradingContext } from './trading-context.js'
import { endsDay, startsDay } from './trading-day.js'

/** The input of a simulation. */
export interface SimulationParts {
  readonly bundle: BundleIdentity
  readonly algorithm: TradingAlgorithm
  readonly calendar: Calendar
  /** Calendar indices traded: `start` inclusive, `end` exclusive. */
  readonly start: number
  readonly end: number
  /** By asset number: the order of the portal's assets. */
  readonly histories: readonly AssetHistory[]
  readonly portal: Portal
  readonly clock: Clock
  /** All of the bundle, in the order they apply. */
  readonly adjustments: readonly Adjustment[]
  readonly rules: ExecutionRules
  readonly annualisation: Annualisation
  /** In ticks. */
  readonly startingCash: Whole
  readonly ledger: Ledger
  readonly indicators: DeclaredIndicators
}

/** A simulation that has ended, and its result. */
export interface Simulated {
  readonly run: FinishedRun
  readonly result: BacktestResult
}

/**
 * Runs a strategy over a range of sessions. Per session (UTC day): corporate actions →
 * beforeTradingStart → per bar: fill orders placed earlier, value the portfolio, handleData →
 * end-of-session packet. At the end, open positions are not closed and keep their last price.
 *
 * @throws {EngineError} `strategy-misuse`: a method of the strategy returned a promise; errors of
 * the strategy pass through
 */
export function simulate(parts: SimulationParts): Simulated {
  const { algorithm, calendar, start, end, portal, ledger } = parts
  const desk = openDesk(parts)
  const { blotter, context, journal } = desk

  synchronous('initialize', algorithm.initialize?.(context))
  context.trading = true
  runSessions(parts, desk)
  context.trading = false
  const { bundle, rules, annualisation, startingCash } = parts
  const run: FinishedRun = {
    bundle,
    bars: portal.assets.length * (end - start),
    priceScale: rules.priceScale,
    annualisation,
    startingCash,
    assets: portal.assets,
    calendar,
    start,
    end,
    ledger,
    journal,
    orders: blotter.orders,
    texts: desk.texts,
  }
  const result = resultOf(run)
  synchronous('analyze', algorithm.analyze?.(context, result))
  return { run, result }
}

/**
 * The session loop. It is a function of its own, because what runs once per backtest would
 * otherwise be compiled with it before V8 has seen it run, and undo the compiled loop every time.
 */
function runSessions(parts: SimulationParts, desk: Desk): void {
  const { algorithm, calendar, start, end, portal, clock, ledger } = parts
  const { blotter, book, context, journal, later, prices } = desk
  const actions = new ActionQueue(parts.adjustments, start)
  const opens = algorithm.beforeTradingStart !== undefined
  for (let session = start; session < end; session++) {
    if (opens || actions.due(session)) openSession(parts, desk, actions, session)
    clock.atBar(session)
    blotter.fill(session, book)
    if (later === undefined) ledger.mark(prices)
    else later.markLater(prices)
    const returned: unknown = algorithm.handleData(context, portal)
    if (returned !== undefined) synchronous('handleData', returned)
    if (later === undefined && endsDay(calendar, session, end))
      journal.sessionEnded(ledger.equity, ledger.invested)
  }
  journal.valueUntil(end)
}

/** What happens before the first bar of a session. */
function openSession(
  { algorithm, calendar, start, portal, clock, ledger }: SimulationParts,
  desk: Desk,
  actions: ActionQueue,
  session: number,
): void {
  desk.later?.settle()
  clock.beforeOpen(session)
  for (const action of actions.take(session)) applyAction(desk, ledger, action, session)
  if (startsDay(calendar, session, start))
    synchronous('beforeTradingStart', algorithm.beforeTradingStart?.(desk.context, portal))
}

/** Fills orders, and records fills in ledger and journal. */
interface Desk {
  readonly blotter: Blotter
  readonly journal: SessionJournal
  readonly context: TradingContext
  readonly texts: SessionTexts
  readonly book: (execution: Execution) => void
  readonly numbers: AssetNumbers
  readonly prices: HistoryPrices
  /** The ledger, if it can value every session of this run afterwards. */
  readonly later: PostponingLedger | undefined
}

function openDesk(parts: SimulationParts): Desk {
  const { calendar, clock, end, histories, indicators, ledger, portal, rules, start } = parts
  const texts = new SessionTexts(calendar)
  const numbers = new AssetNumbers(portal.assets)
  const blotter = new Blotter(
    rules,
    histories.map(({ bars }) => bars),
  )
  const prices = new HistoryPrices(histories, clock)
  const isDaily = calendar.days === calendar.length
  const later = isDaily && prices.areDirect && canPostpone(ledger) ? ledger : undefined
  const journal = new SessionJournal(prices, start, end, later)
  const { priceScale } = rules
  const context = new TradingContext({
    texts,
    clock,
    portal,
    numbers,
    blotter,
    ledger,
    indicators,
    priceScale,
  })
  const book = (execution: Execution): void => {
    const { order, session, shares, price, commission } = execution
    journal.valueUntil(session)
    execution.cash = ledger.fill(order.asset, shares, price, commission)
    journal.events.push(execution)
  }
  return { blotter, journal, context, texts, book, numbers, prices, later }
}

/**
 * Applies one action. Actions are sorted with a split before a dividend, because cash is per share
 * after the split.
 */
function applyAction(
  { blotter, journal, numbers }: Desk,
  ledger: Ledger,
  action: Adjustment,
  session: number,
): void {
  const asset = numbers.of(action.asset)
  if (asset === undefined) return
  journal.valueUntil(session)
  if (action.kind === 'dividend') {
    const cash = ledger.dividend(asset, action.value)
    journal.events.push({ kind: 'dividend', asset, cash })
    return
  }
  const ratio = ratioOf(action)
  const before = ledger.shares(asset)
  const cash = ledger.split(asset, ratio)
  const held = ledger.shares(asset)
  blotter.split(asset, ratio, before, held)
  journal.events.push({ kind: 'split', asset, ratio, held, cash, session })
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
