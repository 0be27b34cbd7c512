import type { Metric, ScaleName } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { acceptedLayers } from '../evaluation/incumbent.js'
import { draftPlan, type PlanDraft } from '../evaluation/plan-draft.js'
import type { CalibrationQuote, EvaluationPlan } from '../evidence/evidence.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { unknownName } from '../text/nearest-name.js'
import type { Revisions } from './revisions.js'
import type { Versions } from './versions.js'

/** How the gate measures and decides. */
export interface GateRule {
  /** Empty: all both versions have. */
  readonly workloads: readonly string[]
  readonly scale: ScaleName
  readonly seed: number
  readonly metric: Metric
  /** Slowdown that must not pass, a fraction. */
  readonly limit: number
  /** Pair counts at which a case may be decided, ascending; three at most. */
  readonly looks: readonly number[]
  readonly nodeFlags: readonly string[]
}

export interface GatePlanRequest {
  readonly rule: GateRule
  readonly revisions: Pick<Revisions, 'base' | 'head'>
  readonly versions: Versions
  /** Of both versions. */
  readonly loaded: LoadedSuite
  /** Records committed in head. */
  readonly records: readonly DecisionRecord[]
  readonly command: string
  readonly packageVersion: string
  readonly createdAt: string
  /** What is known about the host, given what is to be measured. */
  readonly calibration: (plan: PlanDraft) => CalibrationQuote
}

/** What is measured: one plan per stack, each over the same workloads. */
export interface GatePlans {
  readonly plans: readonly EvaluationPlan[]
  /** Workloads that only one version has, and so cannot be compared. */
  readonly unmatched: { readonly base: readonly string[]; readonly head: readonly string[] }
}

/**
 * Every workload both versions have, on the pure baseline and on the everyday stack: a cache can
 * hide a slow loader, and without the cache nobody sees a slow cache.
 *
 * @throws {InputError} neither version has a workload that was asked for
 * @throws {InvalidEvidenceError} the versions have no workload in common
 */
export function planGate(request: GatePlanRequest): GatePlans {
  const { rule, versions, loaded } = request
  const [base, head] = [versions.base.description.workloads, versions.head.description.workloads]
  const unmatched = {
    base: base.filter((id) => !head.includes(id)),
    head: head.filter((id) => !base.includes(id)),
  }
  const stray = rule.workloads.find((id) => !base.includes(id) && !head.includes(id))
  if (stray !== undefined) throw unknownName('workload', stray, head)
  const common = loaded.suite.workloads.filter(({ id }) => base.includes(id))
  const chosen =
    rule.workloads.length === 0 ? common : common.filter(({ id }) => rule.workloads.includes(id))
  if (chosen.length === 0)
    throw new InvalidEvidenceError(
      `nothing to compare: base has ${listed(base)}, head has ${listed(head)}${rule.workloads.length === 0 ? '' : `, and ${listed(rule.workloads)} was asked for`}`,
    )
  const everyday = everydayStack(request)
  const stacks = everyday.length === 0 ? [[]] : [[], everyday]
  return { plans: stacks.map((stack) => planStack(request, stack, chosen)), unmatched }
}

/** A case as people are told it: `grid-search`, `grid-search · layer1 + layer2`. */
export function caseName(workload: string, stack: readonly string[]): string {
  return stack.length === 0 ? workload : `${workload} · ${stack.join(' + ')}`
}

/**
 * The plan of the second round of some workloads: another seed, for which equal results are proven
 * already, so that neither data nor order are those of the first.
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

/** Layers head's records accept, as far as the base has them too. */
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
