import type { Criterion } from '../contract.js'
import { formatCounted } from '../text/format.js'
import { criterionFor, kindOf } from '../verdict/criteria.js'
import { reasonSentence, type WorkloadReason } from '../verdict/reasons.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/**
 * The texts that state what the looks of a workload certify and why it has its verdict; plain
 * text.
 */

/** The criterion a workload was judged by. */
export function criterionOf(
  { role }: Pick<WorkloadRecord, 'role'>,
  { criterion }: Pick<DecisionRecord, 'criterion'>,
): Criterion {
  return criterionFor(role, criterion)
}

/**
 * What the deciding look certifies, such as `at least 38.2 % faster`, or the cause of a rejection.
 * Undefined without a look.
 */
export function certifiedClaim(workload: WorkloadRecord, criterion: Criterion): string | undefined {
  const look = workload.looks.at(-1)
  const isRejected = workload.verdict === 'rejected' && !isOverMemory(workload)
  return look && kindOf(criterion).certified(look, isRejected, criterion)
}

/** Whether a workload was rejected for its memory alone, although its times meet the criterion. */
export function isOverMemory({ reasons }: WorkloadRecord): boolean {
  return reasons.includes('memory-over')
}

/**
 * The smallest effect certified with 80 % power: `certifies from 12.1 %`; undefined without a look.
 */
export function certifiableClaim(
  { noise, budget }: WorkloadRecord,
  criterion: Criterion,
): string | undefined {
  return kindOf(criterion).certifiableClaim({ ...noise, ...budget }, criterion)
}

/** What a reason of a workload means, a sentence without its final period. */
export function workloadReason(
  code: WorkloadReason,
  workload: WorkloadRecord,
  criterion: Criterion,
): string {
  const sentence = reasonSentence(code, criterion)
  if (code !== 'too-noisy') return sentence
  const claim = certifiableClaim(workload, criterion)
  const power = claim === undefined ? '' : `; at this noise the rule ${claim}, with 80 % power`
  return `${sentence} after ${formatCounted(workload.pairs, 'pair')}${power}`
}
