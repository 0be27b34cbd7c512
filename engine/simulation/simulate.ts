import { EngineError } from '../errors.js'
import type { TradingAlgorithm } from './algorithm.js'
import { ActionQueue } from './corporate-actions.js'
import { applyActions, type Desk, finishedRun, openDesk } from './desk.js'
import type { BacktestResult } from './result.js'
import { type FinishedRun, resultOf } from './run-result.js'
import type { SimulationParts } from './simulation-parts.js'
import { endsDay, startsDay } from './trading-day.js'

/** A simulation that has ended, and its result. */
export interface Simulated {
  readonly run: FinishedRun
  /** Its result, made on first use. */
  readonly result: () => BacktestResult
}

/**
 * Runs a strategy over a range of sessions. Per session (UTC day): corporate actions →
 * beforeTradingStart → per bar: fill orders placed earlier, value the portfolio, handleData →
 * end-of-session packet. At the end, open positions are not closed and keep their last price.
 *
 * @throws {EngineError} `strategy-misuse`: a method of the strategy returned a promise; errors of
 * the strategy pass through
 */
export function simulate(algorithm: TradingAlgorithm, parts: SimulationParts): Simulated {
  const desk = openDesk(parts)
  const { context } = desk

  synchronous('initialize', algorithm.initialize?.(context))
  context.trading = true
  runSessions(algorithm, parts, desk)
  context.trading = false
  const run = finishedRun(parts, desk)
  const simulated = simulatedBy(run)
  if (algorithm.analyze !== undefined)
    synchronous('analyze', algorithm.analyze(context, simulated.result()))
  return simulated
}

/** A run that has ended, and its result. */
export function simulatedBy(run: FinishedRun): Simulated {
  let made: BacktestResult | undefined
  return {
    run,
    result() {
      made ??= resultOf(run)
      return made
    },
  }
}

/**
 * The session loop. It is a function of its own, because what runs once per backtest would
 * otherwise be compiled with it before V8 has seen it run, and undo the compiled loop every time.
 */
function runSessions(algorithm: TradingAlgorithm, parts: SimulationParts, desk: Desk): void {
  const { calendar, start, end, portal, clock, ledger, prices } = parts
  const { blotter, book, context, journal, later } = desk
  const actions = new ActionQueue(parts.adjustments, start)
  const opens = algorithm.beforeTradingStart !== undefined
  for (let session = start; session < end; session++) {
    if (opens || actions.due(session)) openSession(algorithm, parts, desk, actions, session)
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
  algorithm: TradingAlgorithm,
  parts: SimulationParts,
  desk: Desk,
  actions: ActionQueue,
  session: number,
): void {
  applyActions(parts, desk, actions, session)
  if (startsDay(parts.calendar, session, parts.start))
    synchronous('beforeTradingStart', algorithm.beforeTradingStart?.(desk.context, parts.portal))
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
