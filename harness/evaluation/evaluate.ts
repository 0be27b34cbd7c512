import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type {
  Equivalence,
  EvaluationPlan,
  Evidence,
  PlannedWorkload,
} from '../evidence/evidence.js'
import {
  appendProbe,
  appendRun,
  claimEvidence,
  discardUnplanned,
  evidenceOf,
  layerOfId,
  readEvidence,
  writeModules,
  writePart,
  writePlan,
} from '../evidence/evidence-store.js'
import type { Sequence } from '../evidence/sequence-evidence.js'
import type { Io } from '../io.js'
import { type CodeWatch, watchCode } from '../measurement/code-watch.js'
import { readEnvironment } from '../measurement/environment.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import { type LoadedSuite, refuseReplaced } from '../measurement/load-suite.js'
import { forkSettings } from '../measurement/run-environment.js'
import type { Progress } from '../progress.js'
import { writeLedger } from '../record/campaign-store.js'
import { type DecisionRecord, toDecisionRecord } from '../record/decision-record.js'
import { readRecord, writeIndex } from '../record/record-store.js'
import { atExit } from '../system/at-exit.js'
import { decide, openWorkloads } from '../verdict/decide.js'
import { isNothing } from '../verdict/refusals.js'
import { enterRoot } from './enter-root.js'
import { measurePairs } from './measure-pairs.js'
import type { PhaseSetting } from './phase-setting.js'
import { pilotWorkloads } from './pilot.js'
import { describeMeasured, digestMeasured, type PlanDraft } from './plan-draft.js'
import { probeMemory } from './probe-memory.js'
import { prepareSeeds, proveEquivalence } from './prove-equivalence.js'
import { resumePlan } from './resume.js'
import { fitPlan, type TimeBudget } from './time-budget.js'

/** What to evaluate, and where the evidence goes. */
export interface EvaluationRequest {
  readonly draft: PlanDraft
  /** The evaluated layers, for the summary of a sequence. */
  readonly sequence?: Sequence
  readonly loaded: LoadedSuite
  /** Evidence root, absolute. */
  readonly root: string
  /** Whether to continue the newest unfinished evaluation of the layer. */
  readonly resume: boolean
  /** After this time, a process is killed and its run counts as failed. */
  readonly timeoutMs: number
  /** Whether to profile the arms after measuring. */
  readonly profile: boolean
  /** Whether to count executions after measuring; false if absent. */
  readonly counts?: boolean
  readonly io: Io
  readonly progress: Progress
  /** The time it may take, after which `io.signal` is aborted; without a limit if absent. */
  readonly budget?: TimeBudget
  /** Called with the result of the proof, before any run is timed. */
  readonly onProof: (evidence: Pick<Evidence, 'plan' | 'equivalence'>) => void
}

export interface Evaluation {
  readonly record: DecisionRecord
  /**
   * Share of the measuring phase outside warm-up and timed iterations; absent if nothing was
   * measured.
   */
  readonly overheadShare?: number
}

/**
 * Evaluates one layer. It proves that the layer does not change results, chooses the length of a
 * run by a throw-away pilot, and measures adjacent pairs in seeded order until every workload is
 * decided. If these runs leave the memory undecided, it is probed. Then the arms are profiled, and
 * the record that follows from the evidence is written, with its report.
 *
 * @throws {InputError} the evidence root cannot be used, or there is nothing to resume
 * @throws {InvalidEvidenceError} measured processes failed too often, or the disk is full
 * @throws {Interrupted} the user stopped it; finished runs are kept for `resume`
 */
export async function evaluate(request: EvaluationRequest): Promise<Evaluation> {
  const { root, draft, resume } = request
  const { finished, leave } = await enterRoot(root, request)
  try {
    if (resume && finished !== undefined && layerOfId(finished) === draft.layer)
      return { record: readRecord(root, finished) }
    return await evaluateLocked(request)
  } finally {
    leave()
  }
}

/** `evaluate` for a caller that already holds the lock of the evidence root. */
export async function evaluateLocked(given: EvaluationRequest): Promise<Evaluation> {
  const { root, progress } = given
  try {
    const { plan, code } = given.resume ? resume(given) : await begin(given)
    const request = { ...given, code }
    const overheadShare = await measure(request, plan)
    await probe(request, plan)
    await profile(request, plan)
    refuseChangedCode(request, plan)
    refuseReplaced(given.loaded.findReplaced?.() ?? [], `the suite of ${plan.id}`)
    const record = toDecisionRecord(readEvidence(root, plan.id))
    // Loaded here, so that drawing code is not in memory while anything is measured.
    const { publish } = await import('../report/publication.js')
    publish(root, record)
    return defined({ record, overheadShare })
  } finally {
    progress.done()
  }
}

/** An evaluation at work, and the code it measures. */
interface Session extends EvaluationRequest {
  readonly code: CodeWatch
}

/** An evaluation that has a plan, and the code it measures. */
interface Begun {
  readonly plan: EvaluationPlan
  readonly code: CodeWatch
}

function resume({ root, draft, loaded, onProof }: EvaluationRequest): Begun {
  const { plan, equivalence, code } = resumePlan({
    root,
    draft,
    loaded,
    environment: readEnvironment(draft.nodeFlags),
  })
  onProof({ plan, equivalence })
  return { plan, code }
}

/** Everything before the first measured run. A failure before the plan is written frees the id. */
async function begin(request: EvaluationRequest): Promise<Begun> {
  const { root, draft, io, loaded, progress } = request
  const id = claimEvidence(root, draft.layer)
  const withdraw = atExit(() => discardUnplanned(root, id))
  const code = watchCode(loaded, {}, (modules) => writeModules(root, id, modules))
  const setting = { loaded, progress, settings: settingsOf({ ...request, code }) }
  try {
    writePart(root, id, 'environment', readEnvironment(draft.nodeFlags))
    if (request.sequence !== undefined) writePart(root, id, 'sequence', request.sequence)
    const isMeasured = !isNothing(draft)
    const equivalence: Equivalence = isMeasured
      ? await proveEquivalence(draft, setting)
      : { kind: 'equal', digests: [] }
    progress.done()
    writePart(root, id, 'equivalence', equivalence)
    const unpiloted = { ...draft, id, createdAt: io.now().toISOString() }
    request.onProof({ plan: unpiloted, equivalence })
    const workloads =
      isMeasured && equivalence.kind === 'equal'
        ? await lengthenWorkloads(draft, setting)
        : draft.workloads
    const plan = await fitted({ ...unpiloted, workloads }, equivalence, request.budget, setting)
    writePlan(root, plan)
    writeIndex(root)
    if (plan.campaign !== undefined) writeLedger(root, plan.campaign.name)
    return { plan, code }
  } catch (error) {
    discardUnplanned(root, id)
    throw error
  } finally {
    withdraw()
  }
}

/** The plan with the looks for which there is time; all of them without a limit of time. */
async function fitted(
  plan: EvaluationPlan,
  { kind }: Equivalence,
  budget: TimeBudget | undefined,
  setting: PhaseSetting,
): Promise<EvaluationPlan> {
  const isMeasured = kind === 'equal' && !isNothing(plan)
  return budget === undefined || !isMeasured ? plan : await fitPlan(plan, setting, budget)
}

/** The workloads with the lengths of their runs, and the seeds of defended ones. */
async function lengthenWorkloads(
  draft: PlanDraft,
  setting: PhaseSetting,
): Promise<PlannedWorkload[]> {
  const workloads = await pilotWorkloads(draft, setting)
  return draft.defended === true ? await prepareSeeds(draft, workloads, setting) : workloads
}

/** Measures until every workload is decided. @returns as `measurePairs` */
async function measure(request: Session, plan: EvaluationPlan): Promise<number | undefined> {
  const { root, loaded, progress, io } = request
  const { runs, equivalence } = readEvidence(root, plan.id)
  return await measurePairs({
    plan,
    equivalence,
    decidesTampering: true,
    runs,
    open: (journal) => openWorkloads(plan, journal),
    onLine: (line) => appendRun(root, plan.id, line),
    loaded,
    settings: settingsOf(request),
    progress,
    now: io.now,
  })
}

/**
 * Probes memory where the measured runs do not decide about it. Within a limit of time, only where
 * the verdict depends on it.
 */
async function probe(request: Session, { id, budget, regime }: EvaluationPlan): Promise<void> {
  const { root, loaded, progress, io } = request
  if (budget !== undefined && regime.memory === 'advisory') return
  await probeMemory({
    evidence: readEvidence(root, id),
    loaded,
    settings: settingsOf(request),
    progress,
    now: io.now,
    onLine: (line) => appendProbe(root, id, line),
  })
}

/**
 * Checks at the end that the code is still what was planned and measured.
 *
 * @throws {InvalidEvidenceError} it is not; names what was changed
 */
function refuseChangedCode({ code, loaded }: Session, plan: EvaluationPlan): void {
  code.check()
  if (digestMeasured(loaded) !== plan.dist)
    throw new InvalidEvidenceError(
      `${describeMeasured(loaded)} was changed while ${plan.id} was measured, so the runs may be of different code; restore it and continue with --resume, or evaluate again`,
    )
}

/**
 * Profiles the arms and counts their executions, for readers of the verdict; not where the
 * candidate's results differ.
 */
async function profile(request: Session, plan: EvaluationPlan): Promise<void> {
  const { root, loaded, progress } = request
  const evidence = readEvidence(root, plan.id)
  const { divergence, tampering } = decide(evidence)
  if (divergence !== undefined || tampering !== undefined || isNothing(plan)) return
  const folder = join(evidenceOf(root), plan.id)
  const settings = settingsOf(request)
  const profiling = { plan, runs: evidence.runs, loaded, settings, progress, folder }
  // Loaded here, so that other commands do not load drawing code.
  if (request.profile) {
    const { profileWorkloads } = await import('./profile-evidence.js')
    await profileWorkloads(profiling)
  }
  if (request.counts === true) {
    const { countWorkloads } = await import('./count-evidence.js')
    await countWorkloads(profiling)
  }
}

function settingsOf({ draft, loaded, timeoutMs, io, code }: Session): ForkSettings {
  const { nodeFlags } = draft
  return { ...forkSettings(io, loaded.suite, { nodeFlags, timeoutMs }), onModules: code.saw }
}
