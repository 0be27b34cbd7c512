import { z } from 'zod'
import { autocorrelationInflation } from '../statistics/autocorrelation.js'
import { groupSequentialBoundaries } from '../statistics/group-sequential.js'
import { type Bounds, boundsOf, boundsSchema } from './bounds.js'
import { type BudgetEstimate, budgetValues, estimateBudget } from './budget-values.js'
import { compareArms } from './compare.js'
import { type Finding, OUTCOMES } from './criteria/criterion-kind.js'
import { type CriterionReason, counterOf, judgeCriterion, type Rule } from './criteria.js'
import { WORKLOAD_REASONS } from './reasons.js'
import type { Round } from './rounds.js'

/** One look: the evaluation of all pairs measured so far. */
export const lookSchema = boundsSchema.extend({
  outcome: z.enum(OUTCOMES),
  /** Why an acceptance by the bounds did not count at this look. */
  held: z.array(z.enum(WORKLOAD_REASONS)).optional(),
})
export type Look = Readonly<z.infer<typeof lookSchema>>

/** One-sided tail of a fixed-sample look: the ordinary two-sided 95 % interval. */
export const FIXED_TAIL = 0.025
/**
 * If the pairs do not vary, the estimate itself is compared, and this rounding error is allowed.
 */
const ROUNDING = 1e-12

/**
 * The repeated confidence bounds at one look: m ∓ c·SE, with c from the group-sequential boundary
 * of this look.
 *
 * @param rounds all rounds up to this look and no later ones, at least two
 * @param index of the look in `rule.looks`
 * @returns undefined if a run lacks the counter of a budget
 * @source Jennison & Turnbull 1989, JRSS B 51 (repeated confidence intervals)
 */
export function boundsAt(rounds: readonly Round[], index: number, rule: Rule): Bounds | undefined {
  const counter = counterOf(rule.criterion)
  const estimate = counter === undefined ? ratioOf(rounds, rule) : budgetOf(rounds, counter)
  if (estimate === undefined) return undefined
  return boundsOf({ ...estimate, pairs: estimate.n }, nominalTail(rule, index))
}

/** The one-sided tail of each bound at one look. */
export function nominalTail(
  { looks, fixed, alpha }: Pick<Rule, 'looks' | 'fixed' | 'alpha'>,
  index: number,
): number {
  return fixed ? FIXED_TAIL : groupSequentialBoundaries(looks, alpha)[index]!.pNominal
}

/** Judges the bounds by the criterion of the rule. */
export function judge(
  { m, se, lower, upper }: Bounds,
  last: boolean,
  { criterion }: Rule,
): Finding<CriterionReason | 'too-noisy'> {
  const tolerance = se === 0 ? ROUNDING : 0
  return judgeCriterion({ m, lower, upper, last, tolerance }, criterion)
}

function ratioOf(rounds: readonly Round[], { against, metric }: Rule) {
  const { estimate, logRatios } = compareArms(rounds, against, metric)!
  return { ...estimate, seUsed: estimate.se * autocorrelationInflation(logRatios) }
}

function budgetOf(rounds: readonly Round[], counter: string): BudgetEstimate | undefined {
  const values = budgetValues(rounds, counter)
  return values && estimateBudget(values)
}
