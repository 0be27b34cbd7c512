import { proveEquivalence } from './equivalence.js'
import { InvalidEvidenceError } from './errors.js'
import type { EvaluationPlan, Evidence, PlannedWorkload } from './evidence.js'
import { acquireLock } from './evidence-lock.js'
import {
  appendRun,
  claimEvidence,
  discardUnplanned,
  evidenceOf,
  prepareRoot,
  publishRecord,
  readEvidence,
  writeEnvironment,
  writeEquivalence,
  writePlan,
} from './evidence-store.js'
import type { Io } from './io.js'
import type { LoadedSuite } from './load-suite.js'
import { readEnvironment } from './measurement/environment.js'
import { exceededAllowance } from './measurement/error-allowance.js'
import type { ForkSettings } from './measurement/fork-run.js'
import { measurePair } from './measurement/measure-pair.js'
import { createPace, type Pace } from './measurement/pace.js'
import { runEnvironment } from './measurement/run-environment.js'
import type { JournalLine } from './measurement/run-record.js'
import { pilotWorkload } from './pilot.js'
import type { PlanDraft } from './plan.js'
import type { Progress } from './progress.js'
import { type DecisionRecord, toDecisionRecord } from './record/decision-record.js'
import { resumePlan } from './resume.js'
import { runningEstimate } from './verdict/assess.js'
import { ruleOf } from './verdict/criteria.js'
import { openWorkloads } from './verdict/decide.js'
import { roundsOf } from './verdict/rounds.js'

/** What is to be evaluated, and where the evidence goes. */
export interface EvaluationRequest {
  readonly draft: PlanDraft
  readonly loaded: LoadedSuite
  /** Evidence root, absolute. */
  readonly root: string
  /** Continue the newest unfinished evaluation of the layer. */
  readonly resume: boolean
  /** After this long a process is killed and its run counts as failed. */
  readonly timeoutMs: number
  readonly io: Io
  readonly progress: Progress
  /** Told once what was proven, before anything is timed. */
  readonly onProof: (evidence: Pick<Evidence, 'plan' | 'equivalence'>) => void
}

export interface Evaluation {
  readonly record: DecisionRecord
  /** Share of the measuring phase outside warm-up and timed iterations; absent where nothing was measured. */
  readonly overheadShare?: number
}

/**
 * Evaluates one layer: proves that it changes no result, fixes the length of a run by a throw-away pilot, measures adjacent pairs in seeded
 * order until every workload is decided, and writes the record that follows from the evidence.
 *
 * @throws {InputError} the evidence root cannot be used, or there is nothing to resume
 * @throws {InvalidEvidenceError} measured processes failed too often, or the disk is full
 * @throws {Interrupted} the user stopped it; what has run is kept for `resume`
 */
export async function evaluate(request: EvaluationRequest): Promise<Evaluation> {
  const { root, io, progress } = request
  prepareRoot(root)
  const lock = acquireLock(evidenceOf(root), io.now())
  try {
    const plan = request.resume ? resume(request) : await begin(request)
    const overheadShare = await measure(request, plan)
    const record = toDecisionRecord(readEvidence(root, plan.id))
    publishRecord(root, record)
    return { record, ...(overheadShare !== undefined && { overheadShare }) }
  } finally {
    progress.done()
    lock.release()
  }
}

function resume({ root, draft, onProof }: EvaluationRequest): EvaluationPlan {
  const plan = resumePlan(root, draft, readEnvironment(draft.nodeFlags))
  onProof(readEvidence(root, plan.id))
  return plan
}

/** Everything before the first measured run. A claimed folder that gets no plan is given back. */
async function begin(request: EvaluationRequest): Promise<EvaluationPlan> {
  const { root, draft, io } = request
  const id = claimEvidence(root, draft.layer)
  try {
    writeEnvironment(root, id, readEnvironment(draft.nodeFlags))
    const equivalence = await prove(request)
    writeEquivalence(root, id, equivalence)
    const identity = { ...draft, id, createdAt: io.now().toISOString() }
    request.onProof({ plan: identity, equivalence })
    const workloads = equivalence.kind === 'equal' ? await pilot(request) : draft.workloads
    const plan = { ...identity, workloads }
    writePlan(root, plan)
    return plan
  } catch (error) {
    discardUnplanned(root, id)
    throw error
  }
}

async function prove(request: EvaluationRequest): Promise<Evidence['equivalence']> {
  const { draft, loaded, progress } = request
  const onStep = (workload: string, seed: number) => progress.phase(`proving equivalence: ${workload}, seed ${seed}`)
  const onWarning = (line: string) => progress.note(`warning: ${line}`)
  const equivalence = await proveEquivalence({ plan: draft, loaded, settings: settingsOf(request), onStep, onWarning })
  progress.done()
  return equivalence
}

async function pilot(request: EvaluationRequest): Promise<PlannedWorkload[]> {
  const planned: PlannedWorkload[] = []
  for (const workload of request.draft.workloads) {
    request.progress.phase(`pilot: ${workload.id}`)
    planned.push(await pilotWorkload({ plan: request.draft, loaded: request.loaded, settings: settingsOf(request) }, workload))
  }
  return planned
}

/**
 * The measuring phase: pair after pair, the workloads in turn, until the evidence decides. Decided workloads are not measured further, and a
 * rejected target ends it.
 *
 * @returns share of its wall time outside warm-up and timed iterations; undefined where nothing was left to measure
 */
async function measure(request: EvaluationRequest, plan: EvaluationPlan): Promise<number | undefined> {
  const { runs, equivalence } = readEvidence(request.root, plan.id)
  const journal = [...runs]
  const pace = createPace()
  refuseFailing(plan, journal)
  while (equivalence.kind === 'equal' && !isDisproven(equivalence, plan, journal)) {
    const workload = nextWorkload(plan, journal)
    if (workload === undefined) break
    await pair(request, plan, workload, journal, pace)
    refuseFailing(plan, journal)
  }
  return pace.overheadShare()
}

/** Of the workloads that still need pairs, the one with the fewest complete pairs; in plan order where they are even. */
function nextWorkload(plan: EvaluationPlan, journal: readonly JournalLine[]): PlannedWorkload | undefined {
  const open = openWorkloads(plan, journal)
  const rank = ({ id }: PlannedWorkload) => roundsOf(journal, plan, id).length
  return plan.workloads.filter(({ id }) => open.includes(id)).sort((a, b) => rank(a) - rank(b))[0]
}

async function pair(
  request: EvaluationRequest,
  plan: EvaluationPlan,
  workload: PlannedWorkload,
  journal: JournalLine[],
  pace: Pace,
): Promise<void> {
  const { root, progress, io } = request
  const number = 1 + Math.max(0, ...journal.filter((line) => line.workload === workload.id).map((line) => line.pair))
  const rule = ruleOf(plan, workload.id)
  const rounds = roundsOf(journal, plan, workload.id)
  const estimate = runningEstimate(rounds, rule)
  const pairs = rule.looks.find((look) => look > rounds.length) ?? rounds.length + 1
  await measurePair(
    {
      plan,
      loaded: request.loaded,
      settings: settingsOf(request),
      now: io.now,
      onRun: (arm) =>
        progress.run({
          workload: workload.id,
          pair: rounds.length + 1,
          pairs,
          arm,
          ...pace.now(runsLeft(plan, journal)),
          ...(estimate !== undefined && { estimate }),
        }),
      onLine: (line) => {
        appendRun(root, plan.id, line)
        journal.push(line)
        pace.add(line)
        if ('error' in line) progress.note(`${line.workload} pair ${line.pair} ${line.arm} failed: ${line.error}`)
        else if (line.voided !== undefined) progress.note(`${line.workload} pair ${line.pair} does not count: ${line.voided}`)
      },
    },
    workload,
    number,
  )
}

/** Runs until every open workload has reached its next look. */
function runsLeft(plan: EvaluationPlan, journal: readonly JournalLine[]): number {
  const pairs = openWorkloads(plan, journal).map((id) => {
    const done = roundsOf(journal, plan, id).length
    return (ruleOf(plan, id).looks.find((look) => look > done) ?? done) - done
  })
  return pairs.reduce((sum, left) => sum + left, 0) * plan.arms.length
}

/** Whether a measured run computed something else than what was proven: then the record will say so, and measuring is pointless. */
function isDisproven(equivalence: Evidence['equivalence'], plan: EvaluationPlan, journal: readonly JournalLine[]): boolean {
  const proven = (line: JournalLine) =>
    equivalence.digests.find(({ workload, seed, arm }) => workload === line.workload && seed === plan.seed && arm === line.arm)
  return journal.some((line) => 'digest' in line && line.digest !== proven(line)?.digest)
}

/** @throws {InvalidEvidenceError} a workload failed more often than is forgiven */
function refuseFailing(plan: EvaluationPlan, journal: readonly JournalLine[]): void {
  for (const { id } of plan.workloads) {
    const exceeded = exceededAllowance(journal, id)
    if (exceeded === undefined) continue
    throw new InvalidEvidenceError(
      `${exceeded}; ${plan.id} ends without a verdict: mend the layer or the host and evaluate again`,
    )
  }
}

function settingsOf({ draft, loaded, timeoutMs, io }: EvaluationRequest): ForkSettings {
  return { env: runEnvironment(io.env, loaded.suite.passEnvironment), nodeFlags: draft.nodeFlags, timeoutMs, signal: io.signal }
}
