import { type Adjustment, ratioOf } from '../market/adjustments.js'
import { Blotter, type Execution } from './blotter.js'
import type { ActionQueue } from './corporate-actions.js'
import { canPostpone, type PostponingLedger } from './ledger.js'
import type { FinishedRun } from './run-result.js'
import { SessionJournal } from './session-journal.js'
import type { SimulationParts } from './simulation-parts.js'
import { TradingContext } from './trading-context.js'

/** Fills orders, and records fills in ledger and journal. */
export interface Desk {
  readonly blotter: Blotter
  readonly journal: SessionJournal
  readonly context: TradingContext
  readonly book: (execution: Execution) => void
  /** The ledger, if it can value every session of this run afterwards. */
  readonly later: PostponingLedger | undefined
}

/** Opens the desk of a simulation that is about to begin. */
export function openDesk(parts: SimulationParts): Desk {
  const { clock, end, ends, histories, indicators, ledger, numbers, portal, prices } = parts
  const { rules, start, texts } = parts
  const blotter = new Blotter(
    rules,
    histories.map(({ bars }) => bars),
  )
  const later = prices.areDirect && canPostpone(ledger) ? ledger : undefined
  const journal = new SessionJournal(prices, { start, end, ends }, later)
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
  return { blotter, journal, context, book, later }
}

/** Moves to the moment before the open of a session, and applies its splits and dividends. */
export function applyActions(
  parts: SimulationParts,
  desk: Desk,
  actions: ActionQueue,
  session: number,
): void {
  desk.later?.settle()
  parts.clock.beforeOpen(session)
  for (const action of actions.take(session)) applyAction(parts, desk, action, session)
}

/** The simulation after its last session. */
export function finishedRun(parts: SimulationParts, { blotter, journal }: Desk): FinishedRun {
  const { annualisation, bundle, calendar, end, ledger, portal, rules, start } = parts
  const { startingCash, texts } = parts
  return {
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
    texts,
  }
}

/**
 * Applies one action. Actions are sorted with a split before a dividend, because cash is per share
 * after the split.
 */
function applyAction(
  { ledger, numbers }: SimulationParts,
  { blotter, journal }: Desk,
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
