import type { Budget } from '../contract.js'
import { autocorrelationInflation } from '../statistics/autocorrelation.js'
import { groupSequentialBoundaries } from '../statistics/group-sequential.js'
import { tUpperQuantile } from '../statistics/student-t.js'
import { type BudgetEstimate, budgetValues, estimateBudget } from './budget.js'
import { compareArms } from './compare.js'
import { type Finding, judgeCriterion, type Outcome, type Rule } from './criteria.js'
import type { Round } from './rounds.js'

/**
 * One look at the accumulated pairs: on the log scale, ln(candidate / compared arm), or for a
 * budget in the unit of what it counts.
 */
export interface Look {
  readonly pairs: number
  readonly m: number
  readonly se: number
  /** `se`, inflated where consecutive pairs are visibly correlated. */
  readonly seUsed: number
  readonly df: number
  readonly pNominal: number
  readonly critical: number
  readonly lower: number
  readonly upper: number
  /** After the holds: an acceptance that is held does not decide. */
  readonly outcome: Outcome
  /** Why an acceptance by the bounds did not count at this look. */
  readonly held?: readonly string[]
}

/** The bounds of a look, before anything is made of them. */
export type Bounds = Omit<Look, 'outcome' | 'held'>

/** One-sided tail of a fixed-sample look: the ordinary two-sided 95 % interval. */
const FIXED_TAIL = 0.025
/**
 * Where the pairs do not vary, the estimate itself is compared with the margin, up to this much
 * rounding.
 */
const ROUNDING = 1e-12

/**
 * The repeated confidence bounds at one look: m ∓ c·SE, with c from the group-sequential boundary
 * of this look.
 *
 * @param rounds exactly those of this look, at least two
 * @param index of the look in `rule.looks`
 * @returns undefined where a run lacks what a budget counts
 * @source Jennison & Turnbull 1989, JRSS B 51 (repeated confidence intervals)
 */
export function boundsAt(rounds: readonly Round[], index: number, rule: Rule): Bounds | undefined {
  const estimate =
    rule.criterion.kind === 'budget' ? budgetOf(rounds, rule.criterion) : ratioOf(rounds, rule)
  if (estimate === undefined) return undefined
  const { n, m, se, seUsed, df } = estimate
  const pNominal = rule.fixed
    ? FIXED_TAIL
    : groupSequentialBoundaries(rule.looks, rule.alpha)[index]!.pNominal
  const critical = tUpperQuantile(pNominal, df)
  return {
    pairs: n,
    m,
    se,
    seUsed,
    df,
    pNominal,
    critical,
    lower: m - critical * seUsed,
    upper: m + critical * seUsed,
  }
}

/** What the criterion of the rule says to these bounds. */
export function judge(bounds: Bounds, last: boolean, rule: Rule): Finding {
  const { m, lower, upper } = bounds
  return judgeCriterion(
    { m, lower, upper, last, tolerance: bounds.se === 0 ? ROUNDING : 0 },
    rule.criterion,
  )
}

function ratioOf(rounds: readonly Round[], { against, metric }: Rule) {
  const { estimate, logRatios } = compareArms(rounds, against, metric)!
  return { ...estimate, seUsed: estimate.se * autocorrelationInflation(logRatios) }
}

function budgetOf(rounds: readonly Round[], { counter }: Budget): BudgetEstimate | undefined {
  const values = budgetValues(rounds, counter)
  return values && estimateBudget(values)
}
