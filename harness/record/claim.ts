import type { Criterion } from '../contract.js'
import { formatCounted } from '../text/format.js'
import { criterionFor, kindOf } from '../verdict/criteria.js'
import { reasonSentence, type WorkloadReason } from '../verdict/reasons.js'
import { resolutionOf } from '../verdict/resolution.js'
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
 * What the plan could have certified with 80 % power: `6.5 % at 40 pairs`; undefined without a
 * look.
 */
export function resolutionClaim(
  workload: Pick<WorkloadRecord, 'role' | 'noise' | 'looks'>,
  record: Pick<DecisionRecord, 'criterion' | 'regime'>,
): string | undefined {
  const look = workload.looks.at(-1)
  if (workload.noise === undefined || look === undefined) return undefined
  const criterion = criterionOf(workload, record)
  const { text, pairs } = resolutionOf(record.regime, criterion, workload.noise, look)
  return `${text} at ${formatCounted(pairs, 'pair')}`
}

/** What a reason of a workload means, a sentence without its final period. */
export function workloadReason(
  code: WorkloadReason,
  workload: WorkloadRecord,
  record: Pick<DecisionRecord, 'criterion' | 'regime'>,
): string {
  const sentence = reasonSentence(code, criterionOf(workload, record))
  if (code !== 'too-noisy') return sentence
  const claim = resolutionClaim(workload, record)
  const power = claim === undefined ? '' : `; at this noise the resolution is ${claim}`
  return `${sentence} after ${formatCounted(workload.pairs, 'pair')}${power}`
}
