import type { Metric, PairDesign, ScaleName } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { acceptedLayers } from '../evaluation/incumbent.js'
import { draftPlan, type PlanDraft } from '../evaluation/plan-draft.js'
import type { CalibrationQuote, EvaluationPlan } from '../evidence/evidence.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { unknownName } from '../text/nearest-name.js'
import type { Revisions } from './revisions.js'
import type { Versions } from './versions.js'

/** How the gate measures, and its threshold. */
export interface GateRule {
  /** Ids of workloads. If empty, all workloads that both versions have. */
  readonly workloads: readonly string[]
  readonly scale: ScaleName
  readonly seed: number
  readonly metric: Metric
  /** Design of the pairs; if absent, each workload gets the one that suits it. */
  readonly design?: PairDesign | undefined
  /** Slowdown from which a case fails, a fraction. */
  readonly limit: number
  /** Addition of executions from which a case fails, a fraction; if absent, they do not decide. */
  readonly strictWork?: number | undefined
  /** Numbers of pairs at which a case may be decided, ascending; at most three. */
  readonly looks: readonly number[]
  readonly nodeFlags: readonly string[]
}

export interface GatePlanRequest {
  readonly rule: GateRule
  readonly revisions: Pick<Revisions, 'base' | 'head'>
  readonly versions: Versions
  /** Both versions as one suite. */
  readonly loaded: LoadedSuite
  /** The decision records in head. */
  readonly records: readonly DecisionRecord[]
  readonly command: string
  readonly packageVersion: string
  readonly createdAt: string
  /** The calibration of this host for a plan. */
  readonly calibration: (plan: PlanDraft) => CalibrationQuote
}

/** One plan per stack, all with the same workloads. */
export interface GatePlans {
  readonly plans: readonly EvaluationPlan[]
  /** Workloads that only one version has, which cannot be compared. */
  readonly unmatched: { readonly base: readonly string[]; readonly head: readonly string[] }
}

/**
 * Plans every workload that both versions have, on the pure baseline and on the everyday stack.
 * The baseline reveals a slow loader that a cache would hide, and the everyday stack reveals a
 * slow cache.
 *
 * @throws {InputError} neither version has a requested workload
 * @throws {InvalidEvidenceError} the versions have no workload in common
 */
export function planGate(request: GatePlanRequest): GatePlans {
  const { rule, versions, loaded } = request
  const [base, head] = [versions.base.description.workloads, versions.head.description.workloads]
  const unmatched = {
    base: base.filter((id) => !head.includes(id)),
    head: head.filter((id) => !base.includes(id)),
  }
  const unknown = rule.workloads.find((id) => !base.includes(id) && !head.includes(id))
  if (unknown !== undefined) throw unknownName('workload', unknown, head)
  const common = loaded.suite.workloads.filter(({ id }) => base.includes(id))
  const chosen =
    rule.workloads.length === 0 ? common : common.filter(({ id }) => rule.workloads.includes(id))
  if (chosen.length === 0)
    throw new InvalidEvidenceError(
      `nothing to compare: base has ${listed(base)}, head has ${listed(head)}${rule.workloads.length === 0 ? '' : `; requested: ${listed(rule.workloads)}`}`,
    )
  const everyday = everydayStack(request)
  const stacks = everyday.length === 0 ? [[]] : [[], everyday]
  return { plans: stacks.map((stack) => planStack(request, stack, chosen)), unmatched }
}

/** The name of a case: `grid-search`, `grid-search · layer1 + layer2`. */
export function caseName(workload: string, stack: readonly string[]): string {
  return stack.length === 0 ? workload : `${workload} · ${stack.join(' + ')}`
}

/**
 * The plan of a second round of some workloads. It uses another seed of the proof, so its data and
 * its order of runs differ from those of the first round.
 */
export function confirmationOf(plan: EvaluationPlan, workloads: readonly string[]): EvaluationPlan {
  const [, second] = plan.equivalenceSeeds
  return {
    ...plan,
    id: `${plan.id}-confirmation`,
    seed: second!,
    workloads: plan.workloads.filter(({ id }) => workloads.includes(id)),
  }
}

/** The layers that records of head accept and that also exist in the base. */
function everydayStack({ versions, loaded, records }: GatePlanRequest): string[] {
  return acceptedLayers(loaded.suite, records).filter((id) =>
    versions.base.description.layers.includes(id),
  )
}

function planStack(
  request: GatePlanRequest,
  stack: string[],
  workloads: LoadedSuite['suite']['workloads'],
): EvaluationPlan {
  const { rule, revisions, versions, loaded, command, packageVersion, createdAt } = request
  const draft = draftPlan({
    root: versions.head.project,
    loaded,
    command,
    packageVersion,
    layer: 'gate',
    title: `${revisions.base.slice(0, 8)} against ${revisions.head.slice(0, 8)}`,
    hypothesis: 'head is not slower than its base',
    criterion: { kind: 'regression', atMost: rule.limit },
    metric: rule.metric,
    stacks: { baseline: stack, incumbent: [], candidate: stack },
    scale: rule.scale,
    seed: rule.seed,
    looks: rule.looks,
    design: rule.design,
    nearEqual: true,
    fixed: false,
    workloads,
    nodeFlags: [...rule.nodeFlags],
    code: { git: { commit: revisions.head, dirty: false }, dist: versions.head.code },
  })
  return {
    ...draft,
    id: stack.length === 0 ? 'pure' : 'everyday',
    createdAt,
    calibration: request.calibration(draft),
  }
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'no workload' : ids.join(', ')
}
