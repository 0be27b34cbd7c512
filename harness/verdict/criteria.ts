import type { Arm, Budget, Criterion, Metric } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'

export type Role = 'target' | 'guard'
export type Outcome = 'accepted' | 'rejected' | 'inconclusive' | 'continue'

/** By what a workload is judged: everything a verdict depends on beside the runs. */
export interface Rule {
  /**
   * `target`: must meet the criterion of the layer. `guard`: must not lose more than the regression
   * gate allows.
   */
  readonly role: Role
  readonly metric: Metric
  /** The arm the candidate is compared with: the incumbent, or the baseline where there is none. */
  readonly against: Arm
  readonly criterion: Criterion
  /** Pair counts at which this workload may be decided, ascending. */
  readonly looks: readonly number[]
  /** One look with the plain 97.5 % quantile instead of the sequential boundary. */
  readonly fixed: boolean
  /** One-sided error over all looks. */
  readonly alpha: number
  readonly memory: 'advisory' | 'blocking'
  /** The calibration of this host and Node found the harness biased: nothing is accepted. */
  readonly calibrationFailed?: boolean
}

/** Looks a regression gate takes at most. */
const GATE_LOOKS = 3
/** Slowdown the regression gate of a guard does not let pass. */
export const GATE_LIMIT = 0.1

/**
 * The rule a plan sets for one of its workloads.
 *
 * @throws {InvalidEvidenceError} the plan has no such workload
 */
export function ruleOf(plan: EvaluationPlan, workloadId: string): Rule {
  const workload = plan.workloads.find(({ id }) => id === workloadId)
  if (workload === undefined) {
    throw new InvalidEvidenceError(
      `plan.json has no workload ${workloadId}; restore the file or evaluate again`,
    )
  }
  const { looks, fixed, alpha, memory } = plan.regime
  const criterion = criterionFor(workload.role, plan.criterion)
  return {
    role: workload.role,
    metric: plan.metric,
    against: plan.arms.includes('incumbent') ? 'incumbent' : 'baseline',
    criterion,
    looks: fixed
      ? looks.slice(-1)
      : criterion.kind === 'regression'
        ? looks.slice(0, GATE_LOOKS)
        : looks,
    fixed,
    alpha,
    memory,
    ...(plan.calibration?.status === 'failed' && { calibrationFailed: true }),
  }
}

/**
 * What a workload is judged by: a target by the criterion of its layer, a guard by the regression
 * gate.
 */
export function criterionFor(role: Role, criterion: Criterion): Criterion {
  return role === 'target' ? criterion : { kind: 'regression', atMost: GATE_LIMIT }
}

/** Where an estimate lies: log scale, or the unit of what a budget counts. */
export interface Position {
  readonly m: number
  readonly lower: number
  readonly upper: number
  /** No look follows. */
  readonly last: boolean
  /**
   * Rounding the bounds may be off by: positive only where the pairs do not vary and the bounds are
   * the estimate itself.
   */
  readonly tolerance: number
}

/**
 * What a criterion says, and whether the bounds alone say it (`certified`) or the estimate had to
 * help.
 */
export interface Finding {
  readonly outcome: Outcome
  readonly certified: boolean
  readonly reason?: string
}

/**
 * What a criterion says to an estimate and its bounds. Bounds that are no numbers, or contradict
 * each other, decide nothing.
 */
export function judgeCriterion(position: Position, criterion: Criterion): Finding {
  switch (criterion.kind) {
    case 'improvement':
      return judgeImprovement(position, criterion.atLeast)
    case 'regression':
      return judgeRegression(position, criterion.atMost)
    case 'equivalence':
      return judgeEquivalence(position, criterion.within)
    case 'non-inferiority':
      return judgeNonInferiority(position, criterion.atMost)
    case 'budget':
      return judgeBudget(position, criterion)
  }
}

/**
 * Improvement of at least θ, against the margin ln(1 − θ).
 *
 * @source Jennison & Turnbull 1989, JRSS B 51 (certified by bounds); by the estimate:
 * docs/methodology.md, error rates in docs/characteristics.md
 */
export function judgeImprovement(position: Position, atLeast: number): Finding {
  const { m, lower, upper, last, tolerance } = position
  const margin = Math.log(1 - atLeast)
  if (!isSound(position)) return undecided(last)
  if (upper <= margin + tolerance) return certified('accepted', 'certified-improvement')
  if (lower > margin + tolerance) return certified('rejected', 'certified-below-threshold')
  if (!last) return undecided(last)
  if (m <= margin && upper <= Math.log(1 - 0.4 * atLeast))
    return estimated('accepted', 'estimated-improvement')
  if (m > margin && (upper - lower) / 2 <= 0.8 * atLeast)
    return estimated('rejected', 'estimate-below-threshold')
  return undecided(last)
}

/**
 * The regression gate: less than θ slower, against the margin ln(1 + θ). `accepted` means passed,
 * `rejected` failed.
 *
 * @source as `judgeImprovement`
 */
export function judgeRegression(position: Position, atMost: number): Finding {
  const { m, lower, upper, last, tolerance } = position
  const margin = Math.log(1 + atMost)
  if (!isSound(position)) return undecided(last)
  if (lower >= margin - tolerance) return certified('rejected', 'certified-regression')
  if (upper < margin - tolerance) return certified('accepted', 'certified-no-regression')
  if (!last) return undecided(last)
  if (m >= margin && lower > 0) return estimated('rejected', 'estimated-regression')
  if (m < margin && upper < Math.log(1 + 1.5 * atMost))
    return estimated('accepted', 'estimated-no-regression')
  return undecided(last)
}

/**
 * Equivalence by two one-sided tests: a change of at most θ either way, against the margins ± ln(1
 * + θ). Only bounds decide.
 *
 * @source Schuirmann 1987, J. Pharmacokinet. Biopharm. 15 (two one-sided tests)
 */
function judgeEquivalence(position: Position, within: number): Finding {
  const { lower, upper, last, tolerance } = position
  const margin = Math.log(1 + within)
  if (!isSound(position)) return undecided(last)
  if (lower >= -margin - tolerance && upper <= margin + tolerance)
    return certified('accepted', 'certified-equivalence')
  if (upper < -margin - tolerance || lower > margin + tolerance)
    return certified('rejected', 'certified-difference')
  return undecided(last)
}

/**
 * Non-inferiority: less than θ slower, against the margin ln(1 + θ). Unlike the gate, only bounds
 * decide.
 *
 * @source Blackwelder 1982, Controlled Clinical Trials 3
 */
function judgeNonInferiority(position: Position, atMost: number): Finding {
  const { lower, upper, last, tolerance } = position
  const margin = Math.log(1 + atMost)
  if (!isSound(position)) return undecided(last)
  if (lower >= margin - tolerance) return certified('rejected', 'certified-inferiority')
  if (upper < margin - tolerance) return certified('accepted', 'certified-non-inferiority')
  return undecided(last)
}

/**
 * A budget: the bound of the mean on the far side of the limit decides, in the unit of what is
 * counted.
 */
function judgeBudget(position: Position, budget: Budget): Finding {
  const { lower, upper, last } = position
  if (!isSound(position)) return undecided(last)
  const [kept, broken] =
    'atMost' in budget
      ? [upper <= budget.atMost, lower > budget.atMost]
      : [lower >= budget.atLeast, upper < budget.atLeast]
  if (kept) return certified('accepted', 'certified-within-budget')
  if (broken) return certified('rejected', 'certified-outside-budget')
  return undecided(last)
}

/** NaN and infinity compare as they like; nothing may become a verdict by that. */
function isSound({ m, lower, upper }: Position): boolean {
  return [m, lower, upper].every(Number.isFinite) && lower <= upper
}

function undecided(last: boolean): Finding {
  return last ? estimated('inconclusive', 'too-noisy') : { outcome: 'continue', certified: false }
}

function certified(outcome: Outcome, reason: string): Finding {
  return { outcome, certified: true, reason }
}

function estimated(outcome: Outcome, reason: string): Finding {
  return { outcome, certified: false, reason }
}
