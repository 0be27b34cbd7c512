import type { Metric, PairDesign, RunLength, ScaleName, Workload } from '../contract.js'
import { InputError, InvalidEvidenceError } from '../errors.js'
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
import { appendRun, evidenceOf } from '../evidence/evidence-store.js'
import { sweepEvidence } from '../evidence/sweep.js'
import { watchCode } from '../measurement/code-watch.js'
import { readEnvironment } from '../measurement/environment.js'
import { makeDirectory } from '../system/files.js'
import { otherMeasuring, takeHostTurn } from '../system/host-lock.js'
import { acquireLock } from '../system/lock.js'
import { formatDuration, formatLimit } from '../text/format.js'
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
  SHORT,
} from './calibration-store.js'
import { identicalTrial, injectedTrial, workloadsInNeed } from './to-calibration.js'

/** What to calibrate, and where the evidence goes. */
export interface CalibrationRequest extends ControlSetting {
  readonly workloads: readonly Workload<unknown, unknown, unknown>[]
  readonly scale: ScaleName
  readonly metric: Metric
  /** Design of the pairs; if absent, each workload gets the one that suits it. */
  readonly design?: PairDesign | undefined
  readonly seed: number
  /** A/A pairs per workload, ≥ 10. */
  readonly pairs: number
  /** Evidence root, absolute. */
  readonly root: string
  /**
   * A short calibration, which stands for all workloads of the host. It is given up if it would
   * take longer than this, ms.
   */
  readonly short?: { readonly mostMs: number; readonly length: RunLength }
  /** Continue the unfinished calibration of this host and scale. */
  readonly resume: boolean
  /** Called once, with the proof of equal results, before any run is timed. */
  readonly onProof: (evidence: Pick<Evidence, 'plan' | 'equivalence'>) => void
}

/** A complete calibration. */
export interface CalibrationOutcome {
  readonly calibration: Calibration
  /** Path of its folder, relative to `profiling-results/`. */
  readonly id: string
}

/** The size of the known effect: extra work in the baseline makes the candidate look 8 % faster. */
export const INJECTED = 0.08
const MOST_INJECTED_PAIRS = 20
const PROOFS = 1

/**
 * Checks that this host measures correctly: two arms with the same code must measure as equal, and
 * the measured size of a known effect must be its true size. If a check of a workload fails, the
 * workload is measured again, and the second attempt decides.
 *
 * @throws {InputError} the evidence root cannot be used, or there is nothing to resume
 * @throws {InvalidEvidenceError} measured processes failed too often, the proof found different
 * results of the same code, a module changed meanwhile, or the disk is full
 * @throws {Interrupted} the user stopped it; finished runs are kept for `resume`
 */
export async function calibrate(given: CalibrationRequest): Promise<CalibrationOutcome> {
  const { root, progress } = given
  makeDirectory(evidenceOf(root))
  const code = watchCode(given.loaded)
  const request = { ...given, settings: { ...given.settings, onModules: code.saw } }
  const lock = acquireLock(evidenceOf(root), request.now())
  const turn = takeHostTurn(request.settings.env, request.now())
  if (turn.other !== undefined) progress.note(otherMeasuring(turn.other))
  try {
    sweepEvidence(root)
    const id = idOf(request)
    if (request.resume) checkUnfinished(request, id)
    else await begin(request, id)
    const spent = { begunAt: request.now(), runs: 0 }
    progress.note('identical arms')
    await measurePart(request, id, 'aa', identicalTrial, spent)
    progress.note(`${formatLimit(INJECTED)} injected`)
    await measurePart(request, id, 'injected', injectedTrial, spent)
    code.check()
    return { calibration: publishCalibration(root, id), id }
  } catch (error) {
    // A short calibration is made again from its beginning.
    if (request.short !== undefined) discardUnfinished(root, idOf(request))
    throw error
  } finally {
    progress.done()
    turn.release()
    lock.release()
  }
}

/** Pairs with an injected effect, given the number of A/A pairs. */
export function injectedPairs(pairs: number): number {
  return Math.min(pairs, MOST_INJECTED_PAIRS)
}

/** Whether there is an unfinished calibration to continue. */
export function leftUnfinished(request: CalibrationRequest): boolean {
  return isUnfinished(request.root, idOf(request))
}

function idOf({ metric, scale, loaded, settings, short }: CalibrationRequest): string {
  const host = calibratedHost(readEnvironment(settings.nodeFlags), {
    metric,
    suite: loaded.suite.name,
  })
  return calibrationId(host, short === undefined ? scale : SHORT)
}

function controlOf(request: CalibrationRequest): Control {
  const { workloads, scale, metric, design, seed, pairs, short } = request
  return {
    length: short?.length,
    workloads,
    scale,
    metric,
    design,
    seed,
    looks: [pairs],
    fixed: true,
    improvement: INJECTED,
    proofs: PROOFS,
  }
}

/**
 * Makes the proof and the pilot once for both parts, so that both use the same numbers of warm-up
 * and timed iterations (W and K).
 */
async function begin(request: CalibrationRequest, id: string): Promise<void> {
  const { root, pairs, progress } = request
  if (isUnfinished(root, id) && request.short === undefined) {
    progress.note(
      'discarding the unfinished calibration of this host; use --resume to continue one instead',
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

/** @throws {InputError} there is nothing to resume, or settings differ; the message names them */
function checkUnfinished(request: CalibrationRequest, id: string): void {
  const { root, settings, onProof } = request
  if (!isUnfinished(root, id))
    throw new InputError(
      `nothing to resume: ${root} has no unfinished ${request.scale} calibration of this host; leave out --resume`,
    )
  const { aa } = readUnfinished(root, id)
  const differences = differencesBetween(aa, {
    plan: withoutInjection(draftControl(controlOf(request), request)),
    environment: readEnvironment(settings.nodeFlags),
  })
  if (differences.length > 0) {
    throw new InputError(
      `cannot resume the calibration: it was started with a different ${differences.join(', ')}; repeat its command: ${aa.plan.command} --resume, or leave out --resume to start again`,
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
 * Measures until no workload needs another pair. If the result of an A/A run differed from the
 * proven one, nothing is measured.
 */
async function measurePart<Attempt>(
  request: CalibrationRequest,
  id: string,
  part: CalibrationPart,
  trialOf: (plan: EvaluationPlan) => Trial<Attempt>,
  spent: Spent,
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
    open: (journal) => {
      refuseLong(request, spent)
      return workloadsInNeed(plan, journal, trial)
    },
    onLine: (line) => {
      spent.runs += 1
      appendRun(root, partId(id, part), line)
    },
    loaded,
    settings,
    progress,
    now,
  })
}

/** What a calibration has measured so far. */
interface Spent {
  readonly begunAt: Date
  runs: number
}

/** The duration is foreseen from two pairs on, because the first one may be slow by chance. */
const FORESEEN_FROM = 4

/** @throws {InvalidEvidenceError} a short calibration would take too long */
function refuseLong({ short, pairs, now }: CalibrationRequest, { begunAt, runs }: Spent): void {
  if (short === undefined || runs < FORESEEN_FROM) return
  const perRun = (now().getTime() - begunAt.getTime()) / runs
  // Two arms and two parts, each of this many pairs.
  if (perRun * 4 * pairs > short.mostMs)
    throw new InvalidEvidenceError(
      `a short calibration would take longer than ${formatDuration(short.mostMs)}`,
    )
}

/**
 * The looks that the progress display shows: the pairs of one attempt, and of a repeated attempt.
 */
function withRepeat(plan: EvaluationPlan): EvaluationPlan {
  const pairs = plan.regime.looks.at(-1)!
  return { ...plan, regime: { ...plan.regime, looks: [pairs, 2 * pairs], fixed: false } }
}
