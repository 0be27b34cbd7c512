import type { Arm } from '../contract.js'
import type { BlockCounts } from '../evidence/block-counts-schema.js'
import { defined } from '../evidence/defined.js'
import { type OneSidedFunction, workChange } from '../profile/figures/work-change.js'
import type { Executions } from './executions-schema.js'

/** Lines and functions that are named; `block-counts.json` has all. */
const NAMED_LINES = 5
const NAMED_FUNCTIONS = 3

/**
 * The change of the executions from an arm to the candidate.
 *
 * @param against an arm of the counts
 */
export function toExecutions({ processes, arms, outcome }: BlockCounts, against: Arm): Executions {
  if (outcome.kind === 'off') {
    const { reason, place } = outcome
    return defined({ kind: 'off' as const, processes, reason, place })
  }
  const indexOf = (name: Arm) => arms.findIndex(({ arm }) => arm === name)
  const change = workChange(outcome.functions, indexOf(against), indexOf('candidate'))
  return defined({
    kind: 'exact' as const,
    processes,
    against,
    before: change.before,
    after: change.after,
    changed: change.lines.length,
    lines: change.lines.slice(0, NAMED_LINES).map((line) => ({ ...line })),
    onlyBefore: shortOf(change.onlyBefore),
    onlyAfter: shortOf(change.onlyAfter),
  })
}

function shortOf(functions: readonly OneSidedFunction[]) {
  if (functions.length === 0) return undefined
  const most = functions.slice(0, NAMED_FUNCTIONS).map((one) => ({ ...one }))
  return { functions: functions.length, most }
}
