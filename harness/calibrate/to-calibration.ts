import { InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, Evidence, PlannedWorkload } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import { attemptsOf, type Trial, wantsPair } from '../verdict/attempts.js'
import { ruleOf } from '../verdict/criteria.js'
import {
  type IdenticalAttempt,
  identicalArms,
  isAutocorrelated,
} from '../verdict/identical-arms.js'
import { type InjectedAttempt, injectedEffect } from '../verdict/injected-effect.js'
import { refuseUnplannedRuns } from '../verdict/journal-audit.js'
import { boundsAt } from '../verdict/look.js'
import { certifiableImprovement, type Noise } from '../verdict/noise.js'
import { findDivergence } from '../verdict/proof.js'
import { refuseUnexplainedVoids } from '../verdict/refusals.js'
import { isContaminated, type Round, roundsOf } from '../verdict/rounds.js'
import { calibratedHost } from './calibrated-host.js'
import type {
  CalibratedWorkload,
  Calibration,
  CalibrationReason,
  CalibrationWarning,
} from './calibration.js'

/** The evidence of a calibration: identical arms, and one arm with injected work. */
export interface CalibrationEvidence {
  readonly aa: Evidence
  readonly injected: Evidence
}

/** The default looks of an evaluation, for which the certifiable improvement is computed. */
const LOOKS = [10, 20, 30, 40]
const AT_LEAST = 0.05
const ALPHA = 0.05

/**
 * Derives the result of a calibration from its evidence alone. The clock, the host and the version
 * of the code have no influence.
 *
 * @throws {InvalidEvidenceError} the evidence does not come from a calibration, or contradicts
 * itself
 */
export function toCalibration(evidence: CalibrationEvidence): Calibration {
  const { plan, environment } = evidence.aa
  for (const part of [evidence.aa, evidence.injected]) {
    refuseUnexplainedVoids(part.plan, part.runs)
    refuseUnplannedRuns(part.plan, part.runs)
  }
  const workloads = plan.workloads.map((workload) => calibrateWorkload(evidence, workload))
  return {
    schema: isFormer(plan) ? 'assay/calibration@1' : 'assay/calibration@2',
    host: calibratedHost(environment, plan),
    scale: plan.scale,
    seed: plan.seed,
    madeAt: lastStart(evidence),
    command: plan.command,
    packageVersion: plan.packageVersion,
    git: plan.git,
    dist: plan.dist,
    workloads,
    verdict: overall(workloads.map(({ verdict }) => verdict)),
    evidence: { ...inFolder('aa', evidence.aa), ...inFolder('injected', evidence.injected) },
  }
}

/** Whether a calibration was made before it could be undecidable. */
function isFormer({ schema }: Pick<EvaluationPlan, 'schema'>): boolean {
  return schema !== 'assay/plan@3'
}

function overall(verdicts: readonly Calibration['verdict'][]): Calibration['verdict'] {
  if (verdicts.includes('failed')) return 'failed'
  return verdicts.includes('undecidable') ? 'undecidable' : 'passed'
}

/** The A/A check of a plan. Its number of pairs is that of the plan's only look. */
export function identicalTrial({ regime, metric }: EvaluationPlan): Trial<IdenticalAttempt> {
  return identicalArms(regime.looks.at(-1)!, metric)
}

/**
 * The check of the known effect of a plan.
 *
 * @throws {InvalidEvidenceError} the plan injects nothing
 */
export function injectedTrial({
  regime,
  metric,
  injected,
}: EvaluationPlan): Trial<InjectedAttempt> {
  return injectedEffect(injectedImprovement(injected), regime.looks.at(-1)!, metric)
}

/**
 * Ids of the workloads that need another pair, in plan order. Once more than a quarter of the
 * planned pairs of a workload are voided, its measuring ends, and its attempt stays incomplete.
 */
export function workloadsInNeed<Attempt>(
  plan: EvaluationPlan,
  runs: readonly JournalLine[],
  trial: Trial<Attempt>,
): string[] {
  return plan.workloads
    .map(({ id }) => id)
    .filter((id) => {
      const rounds = roundsOf(runs, plan, id)
      const planned = rounds.length < trial.pairs ? trial.pairs : 2 * trial.pairs
      return wantsPair(rounds, trial) && !isContaminated(runs, id, planned)
    })
}

function calibrateWorkload(
  { aa, injected }: CalibrationEvidence,
  planned: PlannedWorkload,
): CalibratedWorkload {
  const { id, content, design, warmup = 0, iterations = 1 } = planned
  const equalRounds = roundsOf(aa.runs, aa.plan, id)
  const identicalAttempts = attemptsOf(equalRounds, identicalTrial(aa.plan)).map((attempt) =>
    withoutNews(attempt, aa.plan),
  )
  const injectedAttempts = attemptsOf(
    roundsOf(injected.runs, injected.plan, id),
    injectedTrial(injected.plan),
  )
  const identical = identicalAttempts.at(-1)!
  const effect = injectedAttempts.at(-1)!
  const difference = findDifference({ aa, injected }, id)
  const noise = noiseIn(identical)
  const reasons = reasonsOf(identical, effect, difference !== undefined)
  const isUndecidable =
    !isFormer(aa.plan) && (identical.undecidable === true || effect.outcome === 'undecidable')
  const passed: Calibration['verdict'] = isUndecidable ? 'undecidable' : 'passed'
  return defined({
    id,
    content,
    design,
    warmup,
    iterations,
    ...noise,
    certifiable: noise === undefined ? [] : certifiableOf(noise, equalRounds, aa.plan, id),
    identical: {
      attempts: identicalAttempts.map((attempt) => ({ ...attempt, checks: [...attempt.checks] })),
    },
    injected: {
      improvement: injectedImprovement(injected.plan.injected),
      attempts: injectedAttempts.map(({ ci95, ...attempt }) =>
        defined({ ...attempt, ci95: ci95 && ([ci95[0], ci95[1]] as [number, number]) }),
      ),
    },
    difference,
    verdict: reasons.length > 0 ? ('failed' as const) : passed,
    reasons,
    warnings: warningsOf(identical, effect, identicalAttempts.length + injectedAttempts.length > 2),
  })
}

/** An attempt as calibrations of its version state it. */
function withoutNews(attempt: IdenticalAttempt, plan: EvaluationPlan): IdenticalAttempt {
  const { undecidable: _, ...former } = attempt
  return isFormer(plan) ? former : attempt
}

function noiseIn({ class: noiseClass, effectiveSd }: IdenticalAttempt): Noise | undefined {
  return noiseClass === undefined || effectiveSd === undefined
    ? undefined
    : { class: noiseClass, effectiveSd }
}

function reasonsOf(
  identical: IdenticalAttempt,
  effect: InjectedAttempt,
  differs: boolean,
): CalibrationReason[] {
  const violated = new Set(identical.checks.filter(({ ok }) => !ok).map(({ code }) => code))
  const reasons: (CalibrationReason | false)[] = [
    differs && 'results-differ',
    (violated.has('pairs') || effect.outcome === 'incomplete') && 'incomplete',
    violated.has('bias') && 'biased',
    violated.has('position-effect') && 'position-effect',
    effect.outcome === 'missed' && 'effect-missed',
  ]
  return reasons.filter((reason) => reason !== false)
}

function warningsOf(
  identical: IdenticalAttempt,
  effect: InjectedAttempt,
  repeated: boolean,
): CalibrationWarning[] {
  const warnings: (CalibrationWarning | false)[] = [
    identical.class === 'RED' && 'noise-red',
    isAutocorrelated(identical) && 'autocorrelated',
    identical.undecidable === true && 'bias-undecidable',
    effect.outcome === 'undecidable' && 'effect-undecidable',
    repeated && 'repeated',
  ]
  return warnings.filter((warning) => warning !== false)
}

/**
 * The improvement that an evaluation by the default rule could certify, at each look that the
 * pairs reach.
 */
function certifiableOf(
  noise: Noise,
  rounds: readonly Round[],
  plan: EvaluationPlan,
  id: string,
): CalibratedWorkload['certifiable'] {
  const rule = {
    ...ruleOf(plan, id),
    criterion: { kind: 'improvement', atLeast: AT_LEAST },
    looks: LOOKS,
    fixed: false,
    alpha: ALPHA,
  } as const
  return LOOKS.flatMap((pairs, index) => {
    const bounds = rounds.length < pairs ? undefined : boundsAt(rounds.slice(0, pairs), index, rule)
    return bounds === undefined
      ? []
      : [{ pairs, improvement: certifiableImprovement(noise, bounds, AT_LEAST) }]
  })
}

/** The first run of a workload whose result differs from the proven one. */
function findDifference(
  evidence: CalibrationEvidence,
  id: string,
): CalibratedWorkload['difference'] {
  for (const among of ['aa', 'injected'] as const) {
    const { plan, equivalence, runs } = evidence[among]
    const divergence = findDivergence(
      plan,
      equivalence,
      runs.filter(({ workload }) => workload === id),
    )
    if (divergence !== undefined)
      return { among, pair: Number(divergence.at.pair), arm: divergence.arm }
  }
  return undefined
}

function injectedImprovement(injected: EvaluationPlan['injected']): number {
  if (injected !== undefined) return injected.improvement
  throw new InvalidEvidenceError(
    'the plan of a calibration injects nothing; restore injected/plan.json or calibrate again',
  )
}

/**
 * The start of the last run. All times of runs have the same format, so they can be compared as
 * text.
 */
function lastStart({ aa, injected }: CalibrationEvidence): string {
  const starts = [...aa.runs, ...injected.runs].map(({ startedAt }) => startedAt)
  return starts.sort().at(-1) ?? aa.plan.createdAt
}

function inFolder(folder: string, { digests }: Evidence): Record<string, string> {
  return Object.fromEntries(
    Object.entries(digests).map(([name, digest]) => [`${folder}/${name}`, digest]),
  )
}
