import type { EvaluationPlan, Evidence } from '../evidence.js'
import type { JournalLine } from '../measurement/run-record.js'
import type { Assessment } from './assess.js'

export type Verdict = 'accepted' | 'rejected' | 'inconclusive'

export interface WorkloadDecision {
  readonly id: string
  readonly verdict: Verdict
  readonly reasons: readonly string[]
  readonly assessment: Assessment
}

export interface Decision {
  readonly verdict: Verdict
  readonly reasons: readonly string[]
  /** Empty where the candidate is not equivalent. */
  readonly workloads: readonly WorkloadDecision[]
}

/**
 * Ids of the workloads that still need pairs, in plan order. Empty once the evaluation is finished: all are decided, a target is
 * rejected, or a measured run's digest is not the proven one.
 */
export function openWorkloads(plan: EvaluationPlan, runs: readonly JournalLine[]): string[] {
  throw new Error(`undecided: ${plan.id} ${runs.length}`)
}

/** The verdict on a layer. */
export function decide(evidence: Evidence): Decision {
  throw new Error(`undecided: ${evidence.plan.id}`)
}
