import type { Arm, Criterion, Metric, PairDesign } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, PlannedWorkload } from '../evidence/evidence.js'
import { budget } from './criteria/budget.js'
import type { CriterionKind, CriterionOf, Finding, Position } from './criteria/criterion-kind.js'
import { equivalence } from './criteria/equivalence.js'
import { improvement } from './criteria/improvement.js'
import { nonInferiority } from './criteria/non-inferiority.js'
import { regression } from './criteria/regression.js'

/** Every kind of criterion. To add a kind, write a file in `criteria/` and a line here. */
const KINDS = {
  improvement,
  regression,
  equivalence,
  'non-inferiority': nonInferiority,
  budget,
} as const satisfies {
  readonly [Kind in Criterion['kind']]: CriterionKind<CriterionOf<Kind>, string>
}

type Kinds = typeof KINDS

/** Codes of the reasons that belong to one kind of criterion. */
export type CriterionReason = {
  [Kind in keyof Kinds]: keyof Kinds[Kind]['reasons']
}[keyof Kinds]

export const CRITERION_REASONS: readonly CriterionReason[] = Object.values(KINDS).flatMap(
  ({ reasons }) => Object.keys(reasons) as CriterionReason[],
)

/** The kind of a criterion: how it is judged, and its texts. */
export function kindOf<C extends Criterion>(criterion: C): CriterionKind<C, CriterionReason> {
  return KINDS[criterion.kind] as unknown as CriterionKind<C, CriterionReason>
}

/** Judges one look by its estimate and bounds. */
export function judgeCriterion(
  position: Position,
  criterion: Criterion,
): Finding<CriterionReason | 'too-noisy'> {
  return kindOf(criterion).judge(position, criterion)
}

/** The counter whose mean is judged; undefined if the criterion compares the times of two arms. */
export function counterOf(criterion: Criterion): string | undefined {
  return 'counter' in criterion ? criterion.counter : undefined
}

/** The limits as improvements, for a chart of improvements. Empty for a budget. */
export function marginsOf(criterion: Criterion): readonly number[] {
  return counterOf(criterion) === undefined ? kindOf(criterion).margins(criterion) : []
}

/** The limit of a criterion with its name: `threshold 5 %`. */
export function thresholdOf(criterion: Criterion): string {
  return kindOf(criterion).threshold(criterion)
}

/** What is needed to be accepted, in a few words: `≥ 5 % faster`. */
export function neededFor(criterion: Criterion): string {
  return kindOf(criterion).needed(criterion)
}

/**
 * A `target` has to meet the criterion of the layer, a `guard` only has to pass the regression
 * gate.
 */
export type Role = PlannedWorkload['role']

/** Everything besides the runs that the verdict on a workload depends on. */
export interface Rule {
  readonly role: Role
  readonly metric: Metric
  /** How the processes of a pair run; adjacent if absent. */
  readonly design?: PairDesign | undefined
  /** The arm the candidate is compared with: the incumbent, or the baseline if there is none. */
  readonly against: Arm
  readonly criterion: Criterion
  /** Pair counts at which this workload may be decided, ascending. */
  readonly looks: readonly number[]
  /** There is one look, with the plain 97.5 % quantile instead of the sequential boundary. */
  readonly fixed: boolean
  /** One-sided error over all looks. */
  readonly alpha: number
  readonly memory: 'advisory' | 'blocking'
  /**
   * The level of the wall interval that must exclude the cpu estimate to be discordant;
   * `DISCORDANT_LEVEL` if absent.
   */
  readonly discordantLevel?: number | undefined
  /** The calibration of this host and Node found a bias, so that nothing is accepted. */
  readonly calibrationFailed?: boolean
}

/**
 * At 95 %, noise of the wall time held back 0.6 to 0.85 % of rightful acceptances; plans before
 * version 3 have that.
 */
export const DISCORDANT_LEVEL = 0.999
const FORMER_LEVEL = 0.95

/** The slowdown at which a guard fails the regression gate. */
export const GATE_LIMIT = 0.1

/**
 * The rule a plan sets for one of its workloads.
 *
 * @throws {InvalidEvidenceError} the workload is not in the plan
 */
export function ruleOf(plan: EvaluationPlan, workloadId: string): Rule {
  const workload = plan.workloads.find(({ id }) => id === workloadId)
  if (workload === undefined) {
    throw new InvalidEvidenceError(
      `plan.json has no workload ${workloadId}; restore the file or evaluate again`,
    )
  }
  const { fixed, alpha, memory } = plan.regime
  const criterion = criterionFor(workload.role, plan.criterion)
  return defined({
    role: workload.role,
    metric: plan.metric,
    design: workload.design,
    against: plan.arms.includes('incumbent') ? ('incumbent' as const) : ('baseline' as const),
    criterion,
    looks: looksOf(plan.regime, criterion),
    fixed,
    alpha,
    memory,
    discordantLevel: plan.schema === 'assay/plan@3' ? undefined : FORMER_LEVEL,
    calibrationFailed: plan.calibration?.status === 'failed' ? true : undefined,
  })
}

/** Pair counts at which a workload may be decided by its criterion. */
export function looksOf(
  { looks, fixed }: Pick<EvaluationPlan['regime'], 'looks' | 'fixed'>,
  criterion: Criterion,
): readonly number[] {
  return fixed ? looks.slice(-1) : looks.slice(0, kindOf(criterion).mostLooks)
}

/** The criterion of a workload: a target has that of the layer, a guard has the regression gate. */
export function criterionFor(role: Role, criterion: Criterion): Criterion {
  return role === 'target' ? criterion : { kind: 'regression', atMost: GATE_LIMIT }
}
