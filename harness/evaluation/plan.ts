import { dirname, join } from 'node:path'
import type { Criterion, Layer, Metric, ScaleName, Suite, Workload } from '../contract.js'
import { InputError } from '../errors.js'
import { criterionSchema, type EvaluationPlan, type PlannedWorkload } from '../evidence/evidence.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import { equivalenceSeeds } from '../measurement/schedule.js'
import { digestCode, readGitState } from '../measurement/source-state.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { packageRoot } from '../system/package-root.js'
import { formatLimit } from '../text/format.js'
import { findNamed } from '../text/nearest-name.js'

/** An `evaluate` command, checked as far as that is possible without suite and records. */
export interface EvaluateCommand {
  readonly layer: string
  /** Empty: all of the suite. */
  readonly workloads: readonly string[]
  readonly scale: ScaleName
  /** Pair counts at which a decision may be made, ascending. */
  readonly looks: readonly number[]
  readonly fixed: boolean
  readonly seed: number
  /** In place of the layer's own. */
  readonly threshold?: number
  readonly alpha: number
  readonly memory: 'advisory' | 'blocking'
  /** In place of the layer's own. */
  readonly metric?: Metric
  readonly resume: boolean
  /** Evidence root, absolute. */
  readonly root: string
  readonly json: boolean
  readonly requireAccepted: boolean
  /** Another project's suite module. */
  readonly suite?: string
  /** In place of the accepted layers; empty: none. */
  readonly incumbent?: readonly string[]
  readonly timeoutMs: number
  /** In place of the default flags. */
  readonly nodeOptions?: readonly string[]
  /** Improvement to simulate by real extra work; negative makes the candidate slower. */
  readonly inject?: number
  /** Whether to find out, after measuring, where the time went. */
  readonly profile: boolean
  /** The command again, for people to repeat. */
  readonly text: string
}

/** A plan before its evidence is numbered and the pilot has run. */
export type PlanDraft = Omit<EvaluationPlan, 'id' | 'createdAt'>

export const EQUIVALENCE_SEEDS = 3

/**
 * Everything that is decided before anything runs: which layer, against which incumbent, on which
 * workloads, by which rule.
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
  const layer = findNamed(suite.layers, ({ id }) => id, command.layer, 'layer')
  const incumbent =
    command.incumbent === undefined
      ? acceptedBefore(layer, suite, records)
      : givenIncumbent(command.incumbent, layer, suite)
  const metric = command.metric ?? layer.metric
  const supersedes =
    command.inject === undefined ? newestOf(layer.id, suite, records)?.id : undefined
  const arms: EvaluationPlan['arms'] =
    incumbent.length === 0 ? ['baseline', 'candidate'] : ['baseline', 'incumbent', 'candidate']
  return {
    schema: 'assay/plan@1',
    command: command.text,
    packageVersion,
    suite: suite.name,
    layer: layer.id,
    title: layer.title,
    hypothesis: layer.hypothesis,
    criterion:
      command.threshold === undefined
        ? layer.criterion
        : overrule(layer.criterion, command.threshold),
    metric,
    arms,
    stacks: { baseline: [], incumbent, candidate: [...incumbent, layer.id] },
    scale: command.scale,
    seed: command.seed,
    equivalenceSeeds: equivalenceSeeds(command.seed, EQUIVALENCE_SEEDS),
    regime: {
      looks: [...command.looks],
      fixed: command.fixed,
      alpha: command.alpha,
      memory: command.memory,
    },
    workloads: chooseWorkloads(command, layer, suite).map((workload) =>
      toPlanned(
        workload,
        command.scale,
        layer.workloads.includes(workload.id) ? 'target' : 'guard',
      ),
    ),
    ...(command.inject !== undefined && { injected: injection(command.inject, arms) }),
    supersedes: supersedes ?? null,
    nodeFlags: nodeFlagsFor(metric, command.nodeOptions),
    ...measuredCode(loaded),
  }
}

/** The criterion of a layer with another number. @throws {InputError} it cannot be that number */
function overrule(criterion: Criterion, threshold: number): Criterion {
  const overruled = criterionSchema.safeParse({ ...criterion, [limitOf(criterion)]: threshold })
  if (overruled.success) return overruled.data
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

/** The key of the number a criterion sets. */
function limitOf(criterion: Criterion): 'atLeast' | 'atMost' | 'within' {
  return 'atLeast' in criterion ? 'atLeast' : 'atMost' in criterion ? 'atMost' : 'within'
}

/** A workload as a plan names it, before its pilot. */
export function toPlanned(
  workload: Workload<unknown, unknown, unknown>,
  scale: ScaleName,
  role: PlannedWorkload['role'],
): PlannedWorkload {
  const content = workload.describe?.(workload.scales[scale]) ?? workload.title
  return { id: workload.id, title: workload.title, content, role }
}

/** Which code will be measured. */
export function measuredCode({ foreignFile }: LoadedSuite): Pick<PlanDraft, 'git' | 'dist'> {
  const code = foreignFile === undefined ? packageRoot() : dirname(foreignFile)
  return { git: readGitState(code), dist: digestCode(join(packageRoot(), 'dist'), foreignFile) }
}

/**
 * Work that makes the candidate look faster goes into the arm it is compared with; work that makes
 * it look slower into its own.
 */
export function injection(
  improvement: number,
  arms: EvaluationPlan['arms'],
): NonNullable<EvaluationPlan['injected']> {
  const against = arms.includes('incumbent') ? 'incumbent' : 'baseline'
  return { improvement, arm: improvement > 0 ? against : 'candidate' }
}

/**
 * The layers before this one whose newest record accepts them, in suite order; none under a layer
 * that stands alone.
 */
export function acceptedBefore(
  layer: Layer<unknown>,
  suite: Suite,
  records: readonly DecisionRecord[],
): string[] {
  if (layer.standalone === true) return []
  return acceptedLayers(suite, records, suite.layers.slice(0, suite.layers.indexOf(layer)))
}

/**
 * The layers whose newest record accepts them, in suite order, without those that stand alone: what
 * is on every day.
 */
export function acceptedLayers(
  suite: Suite,
  records: readonly DecisionRecord[],
  among = suite.layers,
): string[] {
  return among
    .filter(
      ({ id, standalone }) =>
        standalone !== true && newestOf(id, suite, records)?.verdict === 'accepted',
    )
    .map(({ id }) => id)
}

/**
 * The newest record that decides something about a layer: a control with injected work does not.
 */
export function newestOf(
  layer: string,
  suite: Suite,
  records: readonly DecisionRecord[],
): DecisionRecord | undefined {
  return records.findLast(
    (record) =>
      record.layer === layer && record.injected === undefined && record.suite === suite.name,
  )
}

export function givenIncumbent(
  stack: readonly string[],
  layer: Layer<unknown>,
  suite: Suite,
): string[] {
  for (const id of stack) findNamed(suite.layers, (known) => known.id, id, 'layer')
  if (stack.includes(layer.id))
    throw new InputError(`--incumbent ${stack.join(',')}: holds ${layer.id} itself; leave it out`)
  if (new Set(stack).size < stack.length)
    throw new InputError(`--incumbent ${stack.join(',')}: names a layer twice; name each once`)
  return [...stack]
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
    findNamed(suite.workloads, (known) => known.id, id, 'workload')
  if (!command.workloads.some((id) => targets.includes(id))) {
    throw new InputError(
      `--workload ${command.workloads.join(' ')}: ${layer.id} must win on none of these, so no verdict could follow; add one of ${targets.join(', ')}`,
    )
  }
  return suite.workloads.filter(({ id }) => command.workloads.includes(id))
}
