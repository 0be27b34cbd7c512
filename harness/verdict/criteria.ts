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

/** Looks the regression gate takes at most (STATISTICS §6). */
const GATE_LOOKS = 3

/**
 * The rule a plan sets for one of its workloads.
 *
 * @throws {InvalidEvidenceError} the plan has no such workload
 */
export function ruleOf(plan: EvaluationPlan, workloadId: string): Rule {
  const workload = plan.workloads.find(({ id }) => id === workloadId)
  if (workload === undefined)
    throw new InvalidEvidenceError(`plan.json has no workload ${workloadId}; restore the file or evaluate again`)
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
