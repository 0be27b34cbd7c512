import { ActionQueue } from '../simulation/corporate-actions.js'
import { applyActions, type Desk, finishedRun } from '../simulation/desk.js'
import type { PostponingLedger } from '../simulation/ledger.js'
import type { FinishedRun } from '../simulation/run-result.js'
import type { SimulationParts } from '../simulation/simulation-parts.js'
import type { AssetTargets } from './targets.js'

/** A desk whose ledger values its sessions afterwards. */
export interface PostponingDesk extends Desk {
  readonly later: PostponingLedger
}

/**
 * Trades targets, with the same fills, costs, corporate actions and amounts as the session loop. It
 * visits only the bars at which something can happen: a target changes, an order is open, or there
 * are splits or dividends. At all others, a strategy would repeat a target that is ordered already.
 * Equity is valued over whole stretches without a fill.
 *
 * @param targets  by asset number; used up
 */
export function sweptRun(
  parts: SimulationParts,
  desk: PostponingDesk,
  targets: readonly AssetTargets[],
): FinishedRun {
  const { clock, end, start } = parts
  const { blotter, book, context, journal, later } = desk
  const actions = new ActionQueue(parts.adjustments, start)
  context.trading = true
  let bar = busyFrom(targets, actions, start, start)
  while (bar < end) {
    const acts = actions.due(bar)
    if (acts) act(parts, desk, actions, bar)
    clock.atBar(bar)
    blotter.fill(bar, book)
    orderTargets(parts, desk, targets, bar, acts)
    bar++
    if (blotter.open.length === 0) bar = busyFrom(targets, actions, start, bar)
  }
  context.trading = false
  clock.atBar(end - 1)
  later.markLater(parts.prices)
  journal.valueUntil(end)
  return finishedRun(parts, desk)
}

/**
 * Orders the targets that change at a bar, in the order of the assets; after a split all, because
 * what is held is another number of shares then.
 */
function orderTargets(
  { portal, start }: SimulationParts,
  { context }: Desk,
  targets: readonly AssetTargets[],
  bar: number,
  all: boolean,
): void {
  for (let asset = 0; asset < targets.length; asset++) {
    const own = targets[asset]!
    const changed = own.takeAt(bar - start)
    const target = all ? own.at(bar - start) : changed
    if (!Number.isNaN(target)) context.orderTarget(portal.assets[asset]!, target)
  }
}

/** The first bar, from a given one on, with a change of a target, a split or a dividend. */
function busyFrom(
  targets: readonly AssetTargets[],
  actions: ActionQueue,
  start: number,
  from: number,
): number {
  let next = Math.max(from, actions.nextSession)
  for (let asset = 0; asset < targets.length; asset++)
    next = Math.min(next, targets[asset]!.nextBar + start)
  return next
}

/** Applies the actions of a bar, before which the positions are valued at the bar before. */
function act(
  parts: SimulationParts,
  desk: PostponingDesk,
  actions: ActionQueue,
  bar: number,
): void {
  if (bar > parts.start) {
    parts.clock.atBar(bar - 1)
    desk.later.markLater(parts.prices)
  }
  applyActions(parts, desk, actions, bar)
}
