import type { Metric, ScaleName, Workload } from '../contract.js'
import { InputError } from '../errors.js'
import {
  beginControl,
  type Control,
  type ControlSetting,
  draftControl,
} from '../evaluation/control.js'
import { measurePairs } from '../evaluation/measure-pairs.js'
import type { PlanDraft } from '../evaluation/plan-draft.js'
import { differencesBetween } from '../evaluation/resume.js'
import type { EvaluationPlan, Evidence } from '../evidence/evidence.js'
import { appendRun, evidenceOf } from '../evidence/store.js'
import { readEnvironment } from '../measurement/environment.js'
import { makeDirectory } from '../system/files.js'
import { acquireLock } from '../system/lock.js'
import { formatLimit } from '../text/format.js'
import type { Trial } from '../verdict/attempts.js'
import { findDivergence } from '../verdict/proof.js'
import { calibratedHost } from './calibrated-host.js'
import type { Calibration } from './calibration.js'
import {
  beginCalibration,
  type CalibrationPart,
  calibrationId,
  discardUnfinished,
  isUnfinished,
  partId,
  publishCalibration,
  readUnfinished,
} from './calibration-store.js'
import { identicalTrial, injectedTrial, workloadsInNeed } from './to-calibration.js'

export interface CalibrationRequest extends ControlSetting {
  readonly workloads: readonly Workload<unknown, unknown, unknown>[]
  readonly scale: ScaleName
  readonly metric: Metric
  readonly seed: number
  /** A/A pairs per workload, ≥ 10. */
  readonly pairs: number
  /** Evidence root, absolute. */
  readonly root: string
  /** Continue the unfinished calibration of this host and scale. */
  readonly resume: boolean
  /** Told once what was proven, before anything is timed. */
  readonly onProof: (evidence: Pick<Evidence, 'plan' | 'equivalence'>) => void
}

export interface CalibrationOutcome {
  readonly calibration: Calibration
  /** Its folder below `profiling-results/`. */
  readonly id: string
}

/** True improvement that is put in: 8 % faster. */
export const INJECTED = 0.08
const MOST_INJECTED_PAIRS = 20
const EQUIVALENCE_SEEDS = 1

/**
 * Finds out what this host does to a measurement: the same code as both arms must come out equal,
 * and an effect that was put in must be seen. Each workload is measured in as many pairs as asked
 * for; where a check fails, once more with fresh pairs, and those decide.
 *
 * @throws {InputError} the evidence root cannot be used, or there is nothing to resume
 * @throws {InvalidEvidenceError} measured processes failed too often, equal code computed unequal
 * results before anything was timed, or the disk is full
 * @throws {Interrupted} the user stopped it; what has run is kept for `resume`
 */
export async function calibrate(request: CalibrationRequest): Promise<CalibrationOutcome> {
  const { root, progress } = request
  makeDirectory(evidenceOf(root))
  const lock = acquireLock(evidenceOf(root), request.now())
  try {
    const id = idOf(request)
    if (request.resume) checkUnfinished(request, id)
    else await begin(request, id)
    progress.note('identical arms')
    await measurePart(request, id, 'aa', identicalTrial)
    progress.note(`${formatLimit(INJECTED)} injected`)
    await measurePart(request, id, 'injected', injectedTrial)
    return { calibration: publishCalibration(root, id), id }
  } finally {
    progress.done()
    lock.release()
  }
}

/** Pairs with an injected effect, for so many without. */
export function injectedPairs(pairs: number): number {
  return Math.min(pairs, MOST_INJECTED_PAIRS)
}

/** Whether an interrupted calibration left something to continue. */
export function leftUnfinished(request: CalibrationRequest): boolean {
  return isUnfinished(request.root, idOf(request))
}

function idOf({ metric, scale, loaded, settings }: CalibrationRequest): string {
  const host = calibratedHost(readEnvironment(settings.nodeFlags), {
    metric,
    suite: loaded.suite.name,
  })
  return calibrationId(host, scale)
}

function controlOf({ workloads, scale, metric, seed, pairs }: CalibrationRequest): Control {
  return {
    workloads,
    scale,
    metric,
    seed,
    looks: [pairs],
    fixed: true,
    improvement: INJECTED,
    equivalenceSeeds: EQUIVALENCE_SEEDS,
  }
}

/** Proof and pilot, once for both parts: W and K are the same with and without injected work. */
async function begin(request: CalibrationRequest, id: string): Promise<void> {
  const { root, pairs, progress } = request
  if (isUnfinished(root, id)) {
    progress.note(
      'an unfinished calibration of this host is begun anew; --resume would have continued it',
    )
    discardUnfinished(root, id)
  }
  const environment = readEnvironment(request.settings.nodeFlags)
  const { plan, equivalence } = await beginControl(controlOf(request), request)
  request.onProof({ plan, equivalence })
  const named = { ...plan, id: 'calibration' }
  beginCalibration(root, id, {
    aa: { plan: withoutInjection(named), environment, equivalence },
    injected: {
      plan: { ...named, regime: { ...named.regime, looks: [injectedPairs(pairs)] } },
      environment,
      equivalence,
    },
  })
}

/** @throws {InputError} there is nothing to resume, or it was begun differently; says how */
function checkUnfinished(request: CalibrationRequest, id: string): void {
  const { root, settings, onProof } = request
  if (!isUnfinished(root, id))
    throw new InputError(
      `nothing to resume: no unfinished ${request.scale} calibration of this host in ${root}; leave out --resume`,
    )
  const { aa } = readUnfinished(root, id)
  const differences = differencesBetween(aa, {
    plan: withoutInjection(draftControl(controlOf(request), request)),
    environment: readEnvironment(settings.nodeFlags),
  })
  if (differences.length > 0) {
    throw new InputError(
      `cannot resume the calibration: it was begun with a different ${differences.join(', ')}; repeat its command: ${aa.plan.command} --resume, or leave out --resume to begin anew`,
    )
  }
  onProof(aa)
}

function withoutInjection<Plan extends PlanDraft>(plan: Plan): Plan {
  const { injected: _, ...rest } = plan
  return {
    ...(rest as Plan),
    hypothesis: 'no difference',
    workloads: plan.workloads.map(({ injectTurns: _, ...workload }) => workload),
  }
}

/**
 * Measures until no workload wants another pair; nothing once a run has computed something else
 * than was proven.
 */
async function measurePart<Attempt>(
  request: CalibrationRequest,
  id: string,
  part: CalibrationPart,
  trialOf: (plan: EvaluationPlan) => Trial<Attempt>,
): Promise<void> {
  const { root, loaded, settings, progress, now } = request
  const evidence = readUnfinished(root, id)
  if (findDivergence(evidence.aa.plan, evidence.aa.equivalence, evidence.aa.runs) !== undefined)
    return
  const { plan, equivalence, runs } = evidence[part]
  const trial = trialOf(plan)
  await measurePairs({
    plan: withRepeat(plan),
    equivalence,
    runs,
    open: (journal) => workloadsInNeed(plan, journal, trial),
    onLine: (line) => appendRun(root, partId(id, part), line),
    loaded,
    settings,
    progress,
    now,
  })
}

/** As progress counts them: the pairs of an attempt, and twice as many where it is repeated. */
function withRepeat(plan: EvaluationPlan): EvaluationPlan {
  const pairs = plan.regime.looks.at(-1)!
  return { ...plan, regime: { ...plan.regime, looks: [pairs, 2 * pairs], fixed: false } }
}
