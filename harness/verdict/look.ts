import { autocorrelationInflation } from '../statistics/autocorrelation.js'
import { groupSequentialBoundaries } from '../statistics/group-sequential.js'
import { tUpperQuantile } from '../statistics/student-t.js'
import type { Comparison } from './compare.js'
import { type Finding, judgeImprovement, judgeRegression, type Outcome, type Rule } from './criteria.js'

/** One look at the accumulated pairs; everything on the log scale, ln(candidate / compared arm). */
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
/** Where the pairs do not vary, the estimate itself is compared with the margin, up to this much rounding. */
const ROUNDING = 1e-12

/**
 * The repeated confidence bounds at one look: m ∓ c·SE, with c from the group-sequential boundary of this look.
 *
 * @param comparison made of exactly the pairs of this look
 * @param index of the look in `rule.looks`
 * @source Jennison & Turnbull 1989, JRSS B 51 (repeated confidence intervals)
 */
export function boundsAt({ estimate, logRatios }: Comparison, index: number, rule: Rule): Bounds {
  const pNominal = rule.fixed ? FIXED_TAIL : groupSequentialBoundaries(rule.looks, rule.alpha)[index]!.pNominal
  const critical = tUpperQuantile(pNominal, estimate.df)
  const seUsed = estimate.se * autocorrelationInflation(logRatios)
  const { m, se, df } = estimate
  return { pairs: estimate.n, m, se, seUsed, df, pNominal, critical, lower: m - critical * seUsed, upper: m + critical * seUsed }
}

/** What the criterion of the rule says to these bounds. */
export function judge(bounds: Bounds, last: boolean, rule: Rule): Finding {
  const position = { m: bounds.m, lower: bounds.lower, upper: bounds.upper, last, tolerance: bounds.se === 0 ? ROUNDING : 0 }
  return rule.role === 'target' ? judgeImprovement(position, rule.atLeast) : judgeRegression(position)
}
