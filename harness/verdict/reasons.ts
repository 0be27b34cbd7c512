import type { Criterion } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { CRITERION_REASONS, type CriterionReason, kindOf } from './criteria.js'

/**
 * Codes of reasons, each with a sentence in plain text without a final period. Records store the
 * codes but not the sentences.
 */

/** Reasons that any criterion can give for a workload; `criteria/` has those of a single kind. */
const GENERAL = {
  'too-noisy': 'too noisy to decide',
  'noise-red': 'noise is RED, above 8 % per pair, so only the bounds may decide, and they do not',
  discordant: 'the improvements of cpu time and wall time differ by more than 5 points',
  'calibration-failed': 'the calibration of this host and Node failed, so nothing is accepted',
  'memory-over': 'peak memory grows by more than the limit, and memory is blocking',
  'memory-undecided': 'memory is blocking, and the growth of peak memory is undecided',
  'memory-unmeasured': 'memory is blocking, and this host does not report peak memory',
  contaminated: 'more than a quarter of the pairs were voided because the host was disturbed',
  'answers-repeat':
    'the results hardly depend on the seed, so an answer remembered from another iteration would count as right; let the data of the workload depend on the seed',
  'not-needed': 'measuring stopped early because another workload was rejected',
} as const

type GeneralReason = keyof typeof GENERAL

/** Why a workload has its verdict, or why an acceptance did not count at a look. */
export type WorkloadReason = CriterionReason | GeneralReason

export const WORKLOAD_REASONS: readonly WorkloadReason[] = [
  ...CRITERION_REASONS,
  ...(Object.keys(GENERAL) as GeneralReason[]),
]

/** Why a layer has its verdict. */
export const DECISION_REASONS = {
  'all-targets-accepted': 'every target workload meets the criterion',
  'all-guards-passed': 'every guard workload stays within its limit',
  'passed-screening':
    'the screening is passed; only its confirmation, a second round with a fresh seed, can accept',
  'target-rejected': 'a target workload does not meet the criterion',
  'guard-failed': 'a guard workload exceeds its limit',
  'target-inconclusive': 'a target workload is undecided',
  'guard-inconclusive': 'a guard workload is undecided',
  'nothing-accepted': 'no layer of the sequence was accepted',
  'not-equivalent': "the candidate's results differ from the baseline's",
  tampered: 'a run shows signs of tampering, so no figure of this evaluation counts',
} as const

export type DecisionReason = keyof typeof DECISION_REASONS

/** Why a judgement within a given time is inconclusive although nothing was decided. */
export const BUDGET_REASONS = {
  budget: 'the time does not suffice for the first look, so nothing was measured',
  'out-of-time': 'the time ended before the runs decided; they are kept',
} as const

export type BudgetReason = keyof typeof BUDGET_REASONS

export const DECISION_REASON_CODES = Object.keys(DECISION_REASONS) as readonly DecisionReason[]

/**
 * What a reason of a workload means, under the criterion the workload is judged by.
 *
 * @throws {InvalidEvidenceError} the reason belongs to another kind of criterion
 */
export function reasonSentence(code: WorkloadReason, criterion: Criterion): string {
  if (isGeneral(code)) return GENERAL[code]
  const { reasons } = kindOf(criterion)
  if (Object.hasOwn(reasons, code)) return reasons[code](criterion)
  throw new InvalidEvidenceError(
    `the reason ${code} does not belong to the criterion ${criterion.kind}; restore the record or evaluate again`,
  )
}

function isGeneral(code: WorkloadReason): code is GeneralReason {
  return Object.hasOwn(GENERAL, code)
}
