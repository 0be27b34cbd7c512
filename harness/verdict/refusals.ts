import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan, Evidence } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import { SEQUENCE_ID } from '../evidence/sequence-id.js'
import { voidReason } from '../measurement/host-load.js'
import { exceededAllowance } from './error-allowance.js'
import { isFailure } from './rounds.js'
import { followSequence } from './sequence.js'

/** Evidence that gets no verdict, because it contradicts itself or because runs failed. */

/**
 * Checks that pairs are voided only because of the covariates of their runs, never by choice.
 *
 * @throws {InvalidEvidenceError} a run is voided without a reason, or counts in spite of one
 */
export function refuseUnexplainedVoids(
  { metric }: Pick<EvaluationPlan, 'metric'>,
  runs: readonly JournalLine[],
): void {
  const wrong = runs.find(
    (run) =>
      !isFailure(run) && (run.voided !== undefined) !== (voidReason(run, metric) !== undefined),
  )
  if (wrong === undefined) return
  const what =
    'voided' in wrong && wrong.voided !== undefined
      ? 'is voided without a reason in'
      : 'counts in spite of'
  throw new InvalidEvidenceError(
    `runs.jsonl: the run of the ${wrong.arm} in pair ${wrong.pair} of ${wrong.workload} ${what} its covariates; restore the file or evaluate again`,
  )
}

/**
 * Checks that runs did not fail too often. Measuring stops by the same rule; otherwise retries
 * could get a flaky candidate accepted.
 *
 * @throws {InvalidEvidenceError} a workload failed more often than the allowance
 */
export function refuseFailing(
  plan: Pick<EvaluationPlan, 'id' | 'workloads'>,
  runs: readonly JournalLine[],
): void {
  for (const { id } of plan.workloads) {
    const exceeded = exceededAllowance(runs, id)
    if (exceeded === undefined) continue
    throw new InvalidEvidenceError(
      `${exceeded}; ${plan.id} ends without a verdict: fix the layer or the host and evaluate again`,
    )
  }
}

/**
 * Checks that a summary measures the layers its sequence accepted, and that only a summary has a
 * sequence.
 *
 * @throws {InvalidEvidenceError} plan and sequence disagree, or the sequence is not finished
 */
export function refuseOtherStack({ plan, sequence }: Pick<Evidence, 'plan' | 'sequence'>): void {
  const wrong = (what: string) =>
    new InvalidEvidenceError(
      `plan.json of ${plan.id} ${what}; restore plan.json and sequence.json, or evaluate again`,
    )
  if (sequence === undefined) {
    if (plan.layer === SEQUENCE_ID || isNothing(plan))
      throw wrong('sums up layers, but sequence.json is missing')
    return
  }
  if (plan.layer !== SEQUENCE_ID) throw wrong('evaluates one layer, but a sequence.json exists')
  const { stack, next } = followSequence(sequence)
  if (next !== undefined) throw wrong(`sums up a sequence in which ${next.id} is missing`)
  if (stack.join() !== plan.stacks.candidate.join())
    throw wrong('measures other layers than its sequence accepted')
}

/**
 * Whether the plan is the summary of a sequence that accepted no layer, so that nothing is
 * measured.
 */
export function isNothing({ stacks }: Pick<EvaluationPlan, 'stacks'>): boolean {
  return stacks.candidate.length === 0
}
