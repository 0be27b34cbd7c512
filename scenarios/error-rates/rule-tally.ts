import type { StudiedRule } from './studied-rules.js'
import { addTallies, type Tally } from './tally.js'

/** The endings of one rule over trials with one true change. */
export interface RuleTally {
  /** Signed improvement, a fraction. */
  readonly change: number
  readonly rule: StudiedRule
  readonly tally: Tally
}

/**
 * The endings of a rule with a true change, over all pools and loads.
 *
 * @returns undefined without trials
 */
export function totalOf(
  cells: readonly RuleTally[],
  change: number,
  rule: StudiedRule,
): Tally | undefined {
  return addTallies(
    cells.filter((cell) => cell.change === change && cell.rule === rule).map(({ tally }) => tally),
  )
}
