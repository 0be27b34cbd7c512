import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan, Evidence } from '../evidence/evidence.js'
import type { ProbeLine } from '../evidence/probe-record.js'
import type { JournalLine } from '../evidence/run-record.js'
import { SEQUENCE_ID } from '../evidence/sequence-evidence.js'
import { voidReason } from '../measurement/host-load.js'
import { type Assessment, assessWorkload } from './assess.js'
import { calibrationWarnings } from './calibration.js'
import { type Role, ruleOf } from './criteria.js'
import { exceededAllowance } from './error-allowance.js'
import { compareMemory } from './memory.js'
import { isProbeOver, probePairs } from './memory-probe.js'
import { type FoundDivergence, findDivergence } from './proof.js'
import { isContaminated, isFailure, roundsOf } from './rounds.js'
import { followSequence } from './sequence.js'
import type { Warning } from './warnings.js'

type Verdict = 'accepted' | 'rejected' | 'inconclusive'

export interface WorkloadDecision {
  readonly id: string
  readonly role: Role
  readonly verdict: Verdict
  /** Codes, at least one. */
  readonly reasons: readonly string[]
  readonly assessment: Assessment
}

export interface Decision {
  readonly verdict: Verdict
  /** Codes, at least one. */
  readonly reasons: readonly string[]
  readonly warnings: readonly Warning[]
  /**
   * Empty where the candidate is not equivalent, or a sequence accepted no layer: there is nothing
   * to measure.
   */
  readonly workloads: readonly WorkloadDecision[]
  /** Present where the candidate is not equivalent. */
  readonly divergence?: FoundDivergence
}

/**
 * The verdict on a layer. It starts from "not accepted": every target has to be accepted and every
 * guard has to pass.
 *
 * @throws {InvalidEvidenceError} nothing was measured, the evidence contradicts itself, or
 * measuring ended before a decision
 */
export function decide(evidence: Evidence): Decision {
  const { plan, equivalence, runs, memoryProbe } = evidence
  refuseOtherStack(evidence)
  if (isNothing(plan))
    return { ...concludeNothing(evidence), warnings: warningsOfPlan(plan), workloads: [] }
  refuseUnexplainedVoids(plan, runs)
  refuseFailing(plan, runs)
  const divergence = findDivergence(plan, equivalence, runs, memoryProbe)
  if (divergence !== undefined) {
    return {
      verdict: 'rejected',
      reasons: ['not-equivalent'],
      warnings: warningsOfPlan(plan),
      workloads: [],
      divergence,
    }
  }
  if (!plan.workloads.some(({ role }) => role === 'target')) {
    throw new InvalidEvidenceError(
      'plan.json has no target workload, so nothing can be decided; restore the file or evaluate again',
    )
  }
  const states = statesOf(plan, runs, memoryProbe)
  if (states.every(({ assessment }) => assessment.rounds.length === 0)) {
    throw new InvalidEvidenceError(
      'nothing was measured: runs.jsonl holds no complete pair; continue with --resume',
    )
  }
  const workloads = concludeWorkloads(plan, states)
  return { ...conclude(workloads), warnings: warningsOfPlan(plan), workloads }
}

/**
 * Ids of the workloads that still need pairs, in plan order. Empty once the evaluation is finished:
 * all are decided, or a target of a layer is rejected. (That a measured digest is the proven one is
 * checked by `decide` and by whoever measures.)
 */
export function openWorkloads(plan: EvaluationPlan, runs: readonly JournalLine[]): string[] {
  if (isNothing(plan)) return []
  const states = statesOf(plan, runs)
  return isSettled(plan, states)
    ? []
    : states.filter(({ assessment }) => assessment.outcome === 'continue').map(({ id }) => id)
}

/**
 * Ids of the workloads whose memory a probe still has to decide, in plan order: once all are
 * decided, those whose measured runs leave it open. A probe costs ten processes, so none is made
 * for a layer that is rejected anyway: nobody will pay its memory.
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

/**
 * What the runs so far say about one workload of a plan; where too many pairs had to be voided,
 * nothing.
 */
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
 * Which pairs count must follow from the covariates of their runs, never from anybody's wish.
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
 * Whoever measures stops there as well; a candidate that crashes now and then is accepted by no way
 * round.
 *
 * @throws {InvalidEvidenceError} a workload failed more often than is forgiven
 */
export function refuseFailing(
  plan: Pick<EvaluationPlan, 'id' | 'workloads'>,
  runs: readonly JournalLine[],
): void {
  for (const { id } of plan.workloads) {
    const exceeded = exceededAllowance(runs, id)
    if (exceeded === undefined) continue
    throw new InvalidEvidenceError(
      `${exceeded}; ${plan.id} ends without a verdict: mend the layer or the host and evaluate again`,
    )
  }
}

/** Whether there is nothing to measure: the summary of a sequence that accepted no layer. */
export function isNothing({ stacks }: Pick<EvaluationPlan, 'stacks'>): boolean {
  return stacks.candidate.length === 0
}

/**
 * Nothing was accepted: that is known where every layer of the stack was rejected, and not where
 * one was left undecided.
 */
function concludeNothing({ sequence, runs }: Evidence): Pick<Decision, 'verdict' | 'reasons'> {
  if (runs.length > 0)
    throw new InvalidEvidenceError(
      'runs.jsonl holds runs of no layer; restore the file or evaluate again',
    )
  const steps = (sequence?.layers ?? []).flatMap(({ standalone, step }) =>
    standalone || step === undefined ? [] : [step],
  )
  const isKnown = steps.length > 0 && steps.every(({ verdict }) => verdict === 'rejected')
  return { verdict: isKnown ? 'rejected' : 'inconclusive', reasons: ['nothing-accepted'] }
}

/**
 * A summary measures the layers its sequence accepted, and nothing else does.
 *
 * @throws {InvalidEvidenceError} it does not, or it sums up a sequence that is not finished
 */
function refuseOtherStack({ plan, sequence }: Pick<Evidence, 'plan' | 'sequence'>): void {
  const wrong = (what: string) =>
    new InvalidEvidenceError(
      `plan.json of ${plan.id} ${what}; restore plan.json and sequence.json, or evaluate again`,
    )
  if (sequence === undefined) {
    if (plan.layer === SEQUENCE_ID || isNothing(plan))
      throw wrong('sums up layers, and there is no sequence.json')
    return
  }
  if (plan.layer !== SEQUENCE_ID) throw wrong('evaluates one layer, and there is a sequence.json')
  const { stack, next } = followSequence(sequence)
  if (next !== undefined) throw wrong(`sums up a sequence in which ${next.id} is missing`)
  if (stack.join() !== plan.stacks.candidate.join())
    throw wrong('measures other layers than its sequence accepted')
}

/**
 * A rejected target settles the layer, whatever the other workloads would say. Nothing settles a
 * summary early: its figure is the official one, of all its workloads and as many pairs as were
 * said beforehand.
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
  plan: Pick<EvaluationPlan, 'layer'>,
  states: readonly WorkloadState[],
): WorkloadDecision[] {
  const settled = isSettled(plan, states)
  return states.map((state) => {
    const { outcome, reasons } = state.assessment
    if (outcome !== 'continue') return { ...state, verdict: outcome, reasons }
    if (settled) return { ...state, verdict: 'inconclusive', reasons: ['not-needed'] }
    throw new InvalidEvidenceError(
      `measuring ended before ${state.id} was decided (${state.assessment.rounds.length} complete pairs); continue with --resume`,
    )
  })
}

function conclude(workloads: readonly WorkloadDecision[]): Pick<Decision, 'verdict' | 'reasons'> {
  const targets = workloads.filter(({ role }) => role === 'target')
  const guards = workloads.filter(({ role }) => role === 'guard')
  const reasons: string[] = []
  if (targets.some(({ verdict }) => verdict === 'rejected')) reasons.push('target-rejected')
  if (guards.some(({ verdict }) => verdict === 'rejected')) reasons.push('guard-failed')
  if (reasons.length > 0) return { verdict: 'rejected', reasons }
  if (targets.some(({ verdict }) => verdict !== 'accepted')) reasons.push('target-inconclusive')
  if (guards.some(({ verdict }) => verdict !== 'accepted')) reasons.push('guard-inconclusive')
  if (reasons.length > 0) return { verdict: 'inconclusive', reasons }
  return {
    verdict: 'accepted',
    reasons: ['all-targets-accepted', ...(guards.length > 0 ? ['all-guards-passed'] : [])],
  }
}

function warningsOfPlan(plan: EvaluationPlan): Warning[] {
  const { injected, git } = plan
  const warnings: Warning[] = []
  if (injected !== undefined) {
    warnings.push({
      code: 'injected-effect',
      hint: `real extra work was put into the ${injected.arm} as a control of the method; this record decides nothing about the layer`,
    })
  }
  if (git === null) {
    warnings.push({
      code: 'no-commit',
      hint: 'the code that was measured is in no git repository, so nobody can check it out again',
    })
  } else if (git.dirty) {
    warnings.push({
      code: 'dirty',
      hint: 'the working tree had uncommitted changes, so the commit does not name the code that was measured; commit and evaluate again',
    })
  }
  return [...warnings, ...calibrationWarnings(plan)]
}
