import type {
  Criterion,
  Layer,
  Metric,
  PairDesign,
  ScaleName,
  Suite,
  Workload,
} from '../contract.js'
import { InputError } from '../errors.js'
import { criterionSchema } from '../evidence/evidence.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { supersededRecord } from '../record/supersession.js'
import { formatLimit } from '../text/format.js'
import { findNamed } from '../text/nearest-name.js'
import { type ThresholdPreset, withPreset } from '../verdict/threshold-presets.js'
import { acceptedBefore, checkIncumbent } from './incumbent.js'
import { draftPlan, type PlanDraft } from './plan-draft.js'
import type { CampaignChoice } from './run-campaign.js'

/** An `evaluate` command. Its options have been checked, but not yet its layer and workloads. */
export interface EvaluateCommand {
  readonly layer: string
  /** Ids of workloads. If empty, all workloads of the suite. */
  readonly workloads: readonly string[]
  readonly scale: ScaleName
  /** Pair counts at which a decision may be made, ascending. */
  readonly looks: readonly number[]
  readonly fixed: boolean
  readonly seed: number
  /** Replaces the layer's own value. */
  readonly threshold?: number
  /** Whether the threshold was given without a percent sign. */
  readonly bareThreshold?: boolean
  /** Changes the layer's own value; never given with a threshold. */
  readonly thresholdPreset?: ThresholdPreset
  readonly alpha: number
  readonly memory: 'advisory' | 'blocking'
  /** Replaces the layer's own value. */
  readonly metric?: Metric
  /** Design of the pairs; if absent, each workload gets the one that suits it. */
  readonly design?: PairDesign
  /** Present if the layer is tried as a candidate of a campaign. */
  readonly campaign?: CampaignChoice
  readonly resume: boolean
  /** Evidence root, absolute. */
  readonly root: string
  readonly json: boolean
  readonly requireAccepted: boolean
  /** Another project's suite module. */
  readonly suite?: string
  /**
   * Ids of layers that replace the accepted ones as the incumbent. If empty, there is no
   * incumbent.
   */
  readonly incumbent?: readonly string[]
  readonly timeoutMs: number
  /** Flags of Node that replace the default ones. */
  readonly nodeOptions?: readonly string[]
  /** Whether runs are defended against tampering beyond what every run is. */
  readonly defended?: boolean
  /** Improvement to simulate by real extra work; negative makes the candidate slower. */
  readonly inject?: number
  /** Whether to profile the arms after measuring. */
  readonly profile: boolean
  /** Whether to count their executions exactly after measuring; false if absent. */
  readonly counts?: boolean
  /** Whether a host without a calibration gets a short one first. */
  readonly calibration: boolean
  /** The command line, for readers who repeat it. */
  readonly text: string
}

/**
 * Makes the plan, which contains every choice made before the first run: the layer, its incumbent,
 * the workloads, and the rule.
 *
 * @param records all records of the evidence root, ascending by number
 * @throws {InputError} the suite has no such layer or workload, or the command contradicts itself
 */
export function planEvaluation(
  command: EvaluateCommand,
  loaded: LoadedSuite,
  records: readonly DecisionRecord[],
  packageVersion: string,
): PlanDraft {
  const { suite } = loaded
  const { scale, seed, looks, fixed, alpha, memory, inject } = command
  const layer = findNamed(suite.layers, ({ id }) => id, command.layer, 'layer')
  const { id, title, hypothesis } = layer
  const incumbent =
    command.incumbent === undefined
      ? acceptedBefore(layer, suite, records)
      : checkIncumbent(command.incumbent, layer, suite)
  const metric = command.metric ?? layer.metric
  const draft = draftPlan({
    root: command.root,
    loaded,
    command: command.text,
    packageVersion,
    layer: id,
    title,
    hypothesis,
    criterion: withThreshold(layer.criterion, command),
    metric,
    stacks: { baseline: [], incumbent, candidate: [...incumbent, id] },
    scale,
    seed,
    looks,
    fixed,
    alpha,
    memory,
    design: command.design,
    nearEqual: layer.sameCode === true,
    workloads: chooseWorkloads(command, layer, suite),
    targets: layer.workloads,
    improvement: inject,
    defended: command.defended,
    nodeFlags: nodeFlagsFor(metric, command.nodeOptions),
  })
  return { ...draft, supersedes: supersededRecord(draft, records)?.id ?? null }
}

/**
 * The criterion of a layer with the limit from `--threshold`. @throws {InputError} the limit is
 * invalid
 */
function withThreshold(
  criterion: Criterion,
  {
    threshold,
    bareThreshold = false,
    thresholdPreset = 'default',
  }: Pick<EvaluateCommand, 'threshold' | 'bareThreshold' | 'thresholdPreset'>,
): Criterion {
  if (threshold === undefined) return withPreset(criterion, thresholdPreset)
  const overruled = criterionSchema.safeParse({ ...criterion, [limitOf(criterion)]: threshold })
  if (overruled.success) {
    if (bareThreshold && threshold >= 1 && criterion.kind !== 'budget')
      throw new InputError(
        `--threshold ${threshold}: give ${threshold}% or ${Number((threshold / 100).toPrecision(12))}: a number without % is a fraction, and the limit of ${criterion.kind} would be ${formatLimit(threshold)}`,
      )
    return overruled.data
  }
  const claim =
    criterion.kind === 'improvement' ? 'an improvement' : `the limit of ${criterion.kind}`
  const range =
    criterion.kind === 'improvement' || criterion.kind === 'equivalence'
      ? 'lies between 0 and 100 %'
      : 'is above 0'
  throw new InputError(
    `--threshold ${formatLimit(threshold).replace(' ', '')}: ${claim} ${range}; give e.g. 5% or 0.05`,
  )
}

/** The name of the field that contains the limit of a criterion. */
function limitOf(criterion: Criterion): 'atLeast' | 'atMost' | 'within' {
  return 'atLeast' in criterion ? 'atLeast' : 'atMost' in criterion ? 'atMost' : 'within'
}

function chooseWorkloads(
  command: EvaluateCommand,
  layer: Layer<unknown>,
  suite: Suite,
): readonly Workload<unknown, unknown, unknown>[] {
  const { workloads: targets, guards } = layer
  if (command.workloads.length === 0) {
    return suite.workloads.filter(
      ({ id }) => guards === undefined || targets.includes(id) || guards.includes(id),
    )
  }
  for (const id of command.workloads)
    findNamed(suite.workloads, (workload) => workload.id, id, 'workload')
  if (!command.workloads.some((id) => targets.includes(id))) {
    throw new InputError(
      `--workload ${command.workloads.join(' ')}: ${layer.id} has none of its targets among these, so a verdict is not possible; add one of ${targets.join(', ')}`,
    )
  }
  return suite.workloads.filter(({ id }) => command.workloads.includes(id))
}
