import type { z } from 'zod'
import { InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, Evidence } from '../evidence/evidence.js'
import type { verdictSchema } from '../evidence/field-schemas.js'
import type { ProbeLine } from '../evidence/probe-record.js'
import type { JournalLine } from '../evidence/run-record.js'
import { SEQUENCE_ID } from '../evidence/sequence-id.js'
import { type Assessment, assessWorkload } from './assess.js'
import { refuseOtherLevel } from './campaign-level.js'
import { type Role, ruleOf } from './criteria.js'
import { refuseUnplannedRuns } from './journal-audit.js'
import { compareMemory } from './memory.js'
import { isProbeOver, probePairs } from './memory-probe.js'
import { planWarnings, proofWarnings } from './plan-warnings.js'
import { type FoundDivergence, findDivergence } from './proof.js'
import type { DecisionReason, WorkloadReason } from './reasons.js'
import { isNothing, refuseFailing, refuseOtherStack, refuseUnexplainedVoids } from './refusals.js'
import { isContaminated, roundsOf } from './rounds.js'
import {
  type FoundTampering,
  findShiftedWork,
  findTamperedRun,
  findWrongAnswer,
} from './tampering.js'
import type { Warning } from './warnings.js'

type Verdict = z.infer<typeof verdictSchema>

export interface WorkloadDecision {
  readonly id: string
  readonly role: Role
  readonly verdict: Verdict
  /** At least one. */
  readonly reasons: readonly WorkloadReason[]
  readonly assessment: Assessment
}

export interface Decision {
  readonly verdict: Verdict
  /** At least one. */
  readonly reasons: readonly DecisionReason[]
  readonly warnings: readonly Warning[]
  /** Empty if the candidate is not equivalent, or if a sequence accepted no layer. */
  readonly workloads: readonly WorkloadDecision[]
  /** Present if the candidate is not equivalent. */
  readonly divergence?: FoundDivergence
  /** Present if a run shows signs of tampering. */
  readonly tampering?: FoundTampering
}

/**
 * The verdict on a layer: accepted only if every target is accepted and every guard passes.
 *
 * @throws {InvalidEvidenceError} nothing was measured, the evidence contradicts itself, or
 * measuring ended before a decision
 */
export function decide(evidence: Evidence): Decision {
  const { plan, equivalence, runs, memoryProbe } = evidence
  refuseOtherStack(evidence)
  refuseOtherLevel(plan)
  if (isNothing(plan))
    return { ...concludeNothing(evidence), warnings: planWarnings(plan), workloads: [] }
  refuseUnexplainedVoids(plan, runs)
  refuseUnplannedRuns(plan, runs, memoryProbe)
  const refused = refuseOutright(evidence)
  if (refused !== undefined) return refused
  if (!plan.workloads.some(({ role }) => role === 'target')) {
    throw new InvalidEvidenceError(
      'plan.json has no target workload, so there is nothing to decide; restore the file or evaluate again',
    )
  }
  const states = statesOf(plan, runs, memoryProbe)
  if (states.every(({ assessment }) => assessment.rounds.length === 0)) {
    throw new InvalidEvidenceError(
      'nothing was measured: runs.jsonl does not hold a complete pair; continue with --resume',
    )
  }
  const workloads = concludeWorkloads(plan, states)
  const shifted = findShiftedWork(plan, runs)
  if (shifted !== undefined) return rejectOutright(plan, ['tampered'], { tampering: shifted })
  const warnings = [...planWarnings(plan), ...proofWarnings(plan, equivalence)]
  return { ...ofRound(plan, conclude(workloads)), warnings, workloads }
}

/** What a verdict means in a round of a campaign: a screening can reject, and never accepts. */
function ofRound(
  { campaign }: Pick<EvaluationPlan, 'campaign'>,
  { verdict, reasons }: Pick<Decision, 'verdict' | 'reasons'>,
): Pick<Decision, 'verdict' | 'reasons'> {
  if (campaign?.round !== 'screening' || verdict !== 'accepted') return { verdict, reasons }
  return { verdict: 'inconclusive', reasons: ['passed-screening', ...reasons] }
}

/**
 * The decision if speed does not matter: a run shows signs of tampering, or results differ.
 *
 * @throws {InvalidEvidenceError} runs failed too often
 */
function refuseOutright({ plan, equivalence, runs, memoryProbe }: Evidence): Decision | undefined {
  const tampering = findTamperedRun(runs)
  if (tampering !== undefined) return rejectOutright(plan, ['tampered'], { tampering })
  refuseFailing(plan, runs)
  const wrong = findWrongAnswer(plan, runs)
  if (wrong !== undefined) {
    const reasons: DecisionReason[] = [
      'not-equivalent',
      ...(wrong.isRemembered ? ['tampered' as const] : []),
    ]
    return rejectOutright(plan, reasons, wrong)
  }
  const divergence = findDivergence(plan, equivalence, runs, memoryProbe)
  return divergence && rejectOutright(plan, ['not-equivalent'], { divergence })
}

function rejectOutright(
  plan: EvaluationPlan,
  reasons: readonly DecisionReason[],
  { divergence, tampering }: Pick<Decision, 'divergence' | 'tampering'>,
): Decision {
  return defined({
    verdict: 'rejected' as const,
    reasons,
    warnings: planWarnings(plan),
    workloads: [],
    divergence,
    tampering,
  })
}

/**
 * Ids of the workloads that still need pairs, in plan order. Empty once the evaluation is
 * finished, that is, once all are decided, or a target of a layer is rejected and no workload is
 * cut short. Digests are not checked here but while measuring and in `decide`.
 */
export function openWorkloads(plan: EvaluationPlan, runs: readonly JournalLine[]): string[] {
  if (isNothing(plan)) return []
  const states = statesOf(plan, runs)
  const settled = isSettled(plan, states)
  return states
    .filter((state) => (settled ? isCutShort(plan, state) : isOpen(state)))
    .map(({ id }) => id)
}

function isOpen({ assessment }: WorkloadState): boolean {
  return assessment.outcome === 'continue'
}

/**
 * Whether a workload that decides nothing more has begun but not reached its first look. It is
 * finished up to there, because an estimate of fewer pairs would be untrimmed, and its interval too
 * narrow. Plans before version 3 end at once.
 */
function isCutShort(plan: EvaluationPlan, { id, assessment }: WorkloadState): boolean {
  const pairs = assessment.rounds.length
  return (
    plan.schema === 'assay/plan@3' &&
    assessment.outcome === 'continue' &&
    pairs > 0 &&
    pairs < ruleOf(plan, id).looks[0]!
  )
}

/**
 * Ids of the workloads whose memory a probe still has to decide, because their measured runs leave
 * it undecided, in plan order. A rejected layer gets no probe: a probe costs ten processes, and
 * the memory of a rejected layer does not matter.
 *
 * @param evidence of a finished measuring phase
 */
export function workloadsToProbe(evidence: Evidence): string[] {
  const { plan, memoryProbe = [] } = evidence
  const { verdict, workloads } = decide(evidence)
  if (verdict === 'rejected') return []
  return workloads
    .filter(({ id, assessment }) => {
      const { against } = ruleOf(plan, id)
      return (
        compareMemory(assessment.rounds, against)?.verdict === 'undecided' &&
        !isProbeOver(memoryProbe, id, against)
      )
    })
    .map(({ id }) => id)
}

interface WorkloadState {
  readonly id: string
  readonly role: Role
  readonly assessment: Assessment
}

function statesOf(
  plan: EvaluationPlan,
  runs: readonly JournalLine[],
  probe: readonly ProbeLine[] = [],
): WorkloadState[] {
  return plan.workloads.map(({ id, role }) => ({
    id,
    role,
    assessment: assessPlanned(plan, runs, id, probe),
  }))
}

/** The outcome of one planned workload so far; inconclusive if too many pairs were voided. */
export function assessPlanned(
  plan: EvaluationPlan,
  runs: readonly JournalLine[],
  id: string,
  probe: readonly ProbeLine[] = [],
): Assessment {
  const rule = ruleOf(plan, id)
  const assessment = assessWorkload(
    roundsOf(runs, plan, id),
    rule,
    probePairs(probe, id, rule.against),
  )
  const contaminated = isContaminated(runs, id, rule.looks.at(-1)!)
  return contaminated
    ? { ...assessment, outcome: 'inconclusive', reasons: ['contaminated'] }
    : assessment
}

/**
 * The verdict if no layer was accepted: rejected if every layer was, inconclusive if one was left
 * undecided.
 */
function concludeNothing({ sequence, runs }: Evidence): Pick<Decision, 'verdict' | 'reasons'> {
  if (runs.length > 0)
    throw new InvalidEvidenceError(
      'runs.jsonl holds runs, but no layer was accepted; restore the file or evaluate again',
    )
  const steps = (sequence?.layers ?? []).flatMap(({ standalone, step }) =>
    standalone || step === undefined ? [] : [step],
  )
  const allRejected = steps.length > 0 && steps.every(({ verdict }) => verdict === 'rejected')
  return { verdict: allRejected ? 'rejected' : 'inconclusive', reasons: ['nothing-accepted'] }
}

/**
 * A rejected target rejects the layer, whatever the other workloads show. A summary is never
 * decided early, because its official figure comes from all workloads and all planned pairs.
 */
function isSettled(
  { layer }: Pick<EvaluationPlan, 'layer'>,
  states: readonly WorkloadState[],
): boolean {
  if (layer === SEQUENCE_ID) return false
  return states.some(
    ({ role, assessment }) => role === 'target' && assessment.outcome === 'rejected',
  )
}

function concludeWorkloads(
  plan: EvaluationPlan,
  states: readonly WorkloadState[],
): WorkloadDecision[] {
  const settled = isSettled(plan, states)
  return states.map((state) => {
    const { outcome, reasons } = state.assessment
    if (outcome !== 'continue') return { ...state, verdict: outcome, reasons }
    if (settled && !isCutShort(plan, state))
      return { ...state, verdict: 'inconclusive', reasons: ['not-needed'] }
    throw new InvalidEvidenceError(
      `measuring ended before ${state.id} was decided (${state.assessment.rounds.length} complete pairs); continue with --resume`,
    )
  })
}

function conclude(workloads: readonly WorkloadDecision[]): Pick<Decision, 'verdict' | 'reasons'> {
  const targets = workloads.filter(({ role }) => role === 'target')
  const guards = workloads.filter(({ role }) => role === 'guard')
  const reasons: DecisionReason[] = []
  if (targets.some(({ verdict }) => verdict === 'rejected')) reasons.push('target-rejected')
  if (guards.some(({ verdict }) => verdict === 'rejected')) reasons.push('guard-failed')
  if (reasons.length > 0) return { verdict: 'rejected', reasons }
  if (targets.some(({ verdict }) => verdict !== 'accepted')) reasons.push('target-inconclusive')
  if (guards.some(({ verdict }) => verdict !== 'accepted')) reasons.push('guard-inconclusive')
  if (reasons.length > 0) return { verdict: 'inconclusive', reasons }
  return {
    verdict: 'accepted',
    reasons: ['all-targets-accepted', ...(guards.length > 0 ? ['all-guards-passed' as const] : [])],
  }
}
