import type { Arm, Metric } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan } from '../evidence.js'

export type Role = 'target' | 'guard'
export type Outcome = 'accepted' | 'rejected' | 'inconclusive' | 'continue'

/** By what a workload is judged: everything a verdict depends on beside the runs. */
export interface Rule {
  /** `target`: must show the improvement. `guard`: must not lose more than the regression gate allows. */
  readonly role: Role
  readonly metric: Metric
  /** The arm the candidate is compared with: the incumbent, or the baseline where there is none. */
  readonly against: Arm
  /** Threshold θ of the criterion, a fraction. */
  readonly atLeast: number
  /** Pair counts at which this workload may be decided, ascending. */
  readonly looks: readonly number[]
  /** One look with the plain 97.5 % quantile instead of the sequential boundary. */
  readonly fixed: boolean
  /** One-sided error over all looks. */
  readonly alpha: number
  readonly memory: 'advisory' | 'blocking'
}

/** Looks the regression gate takes at most. */
const GATE_LOOKS = 3
/** Slowdown the regression gate does not let pass. */
export const GATE_LIMIT = 0.1

/**
 * The rule a plan sets for one of its workloads.
 *
 * @throws {InvalidEvidenceError} the plan has no such workload
 */
export function ruleOf(plan: EvaluationPlan, workloadId: string): Rule {
  const workload = plan.workloads.find(({ id }) => id === workloadId)
  if (workload === undefined) {
    throw new InvalidEvidenceError(`plan.json has no workload ${workloadId}; restore the file or evaluate again`)
  }
  const { looks, fixed, alpha, memory } = plan.regime
  return {
    role: workload.role,
    metric: plan.metric,
    against: plan.arms.includes('incumbent') ? 'incumbent' : 'baseline',
    atLeast: plan.criterion.atLeast,
    looks: fixed ? looks.slice(-1) : workload.role === 'guard' ? looks.slice(0, GATE_LOOKS) : looks,
    fixed,
    alpha,
    memory,
  }
}

/** Where an estimate lies, log scale. */
export interface Position {
  readonly m: number
  readonly lower: number
  readonly upper: number
  /** No look follows. */
  readonly last: boolean
  /** Rounding the bounds may be off by: positive only where the pairs do not vary and the bounds are the estimate itself. */
  readonly tolerance: number
}

/** What a criterion says, and whether the bounds alone say it (`certified`) or the estimate had to help. */
export interface Finding {
  readonly outcome: Outcome
  readonly certified: boolean
  readonly reason?: string
}

const CONTINUE: Finding = { outcome: 'continue', certified: false }

/** Improvement of at least θ, against the margin ln(1 − θ). */
export function judgeImprovement({ m, lower, upper, last, tolerance }: Position, atLeast: number): Finding {
  const margin = Math.log(1 - atLeast)
  if (upper <= margin + tolerance) return { outcome: 'accepted', certified: true, reason: 'certified-improvement' }
  if (lower > margin + tolerance) return { outcome: 'rejected', certified: true, reason: 'certified-below-threshold' }
  if (!last) return CONTINUE
  if (m <= margin && upper <= Math.log(1 - 0.4 * atLeast)) {
    return { outcome: 'accepted', certified: false, reason: 'estimated-improvement' }
  }
  if (m > margin && (upper - lower) / 2 <= 0.8 * atLeast) {
    return { outcome: 'rejected', certified: false, reason: 'estimate-below-threshold' }
  }
  return { outcome: 'inconclusive', certified: false, reason: 'too-noisy' }
}

/** The regression gate: no more than 10 % slower, against the margin ln 1.10. `accepted` means passed, `rejected` failed. */
export function judgeRegression({ m, lower, upper, last, tolerance }: Position): Finding {
  const margin = Math.log(1 + GATE_LIMIT)
  if (lower >= margin - tolerance) return { outcome: 'rejected', certified: true, reason: 'certified-regression' }
  if (upper < margin - tolerance) return { outcome: 'accepted', certified: true, reason: 'certified-no-regression' }
  if (!last) return CONTINUE
  if (m >= margin && lower > 0) return { outcome: 'rejected', certified: false, reason: 'estimated-regression' }
  if (m < margin && upper < Math.log(1 + 1.5 * GATE_LIMIT)) {
    return { outcome: 'accepted', certified: false, reason: 'estimated-no-regression' }
  }
  return { outcome: 'inconclusive', certified: false, reason: 'too-noisy' }
}
