import type { Goal, Layer, Suite } from '../contract.js'
import { InputError } from '../errors.js'
import { SEQUENCE_ID, type Sequence } from '../evidence/sequence-evidence.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import { equivalenceSeeds, freshSeed } from '../measurement/schedule.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { formatLimit } from '../text/format.js'
import { followSequence } from '../verdict/sequence.js'
import {
  EQUIVALENCE_SEEDS,
  type EvaluateCommand,
  measuredCode,
  newestOf,
  type PlanDraft,
  toPlanned,
} from './plan.js'

/** Pairs of the summary: one look, fixed beforehand. */
const SUMMARY_PAIRS = 20

/** @throws {InputError} the suite has no goal */
export function goalOf({ name, goal }: Suite): Goal {
  if (goal !== undefined) return goal
  throw new InputError(
    `suite ${name} has no goal, so all its layers together have nothing to show; add goal: { aspired, minimum }`,
  )
}

/**
 * What the accepted layers of a finished sequence are measured by: all of them against the pure
 * baseline, with fresh pairs, at one look, on data and in an order that decided about none of them.
 * Targets are the workloads one of them must win on; on wall time where one of them declares it.
 *
 * @param records all records of the evidence root, ascending by number
 */
export function planSummary(
  command: EvaluateCommand,
  { loaded, sequence }: { readonly loaded: LoadedSuite; readonly sequence: Sequence },
  records: readonly DecisionRecord[],
  packageVersion: string,
): PlanDraft {
  const { suite } = loaded
  const goal = goalOf(suite)
  const { stack } = followSequence(sequence)
  const layers = layersOf(stack, suite)
  const metric =
    command.metric ?? (layers.some((layer) => layer.metric === 'wall') ? 'wall' : 'cpu')
  const seed = freshSeed(command.seed)
  const targets = new Set(layers.flatMap(({ workloads }) => workloads))
  const chosen = suite.workloads.filter(
    ({ id }) => command.workloads.length === 0 || command.workloads.includes(id),
  )
  return {
    schema: 'assay/plan@1',
    command: command.text,
    packageVersion,
    suite: suite.name,
    layer: SEQUENCE_ID,
    title: 'all accepted layers together',
    hypothesis: `The layers that were accepted one after the other make every workload one of them is meant for at least ${formatLimit(goal.minimum)} faster than the pure baseline; ${formatLimit(goal.aspired)} is aspired to. They are measured afresh, with a seed of their own, because what was selected by its figures looks better in these figures than it is.`,
    criterion: { kind: 'improvement', atLeast: goal.minimum },
    metric,
    arms: ['baseline', 'candidate'],
    stacks: { baseline: [], incumbent: [], candidate: [...stack] },
    scale: command.scale,
    seed,
    equivalenceSeeds: equivalenceSeeds(seed, EQUIVALENCE_SEEDS),
    regime: { looks: [SUMMARY_PAIRS], fixed: true, alpha: command.alpha, memory: command.memory },
    workloads: chosen.map((workload) =>
      toPlanned(workload, command.scale, targets.has(workload.id) ? 'target' : 'guard'),
    ),
    supersedes: newestOf(SEQUENCE_ID, suite, records)?.id ?? null,
    nodeFlags: nodeFlagsFor(metric, command.nodeOptions),
    ...measuredCode(loaded),
  }
}

/** Those of a stack; of an empty one, all that could have been in it. */
function layersOf(stack: readonly string[], { layers }: Suite): readonly Layer<unknown>[] {
  return layers.filter(({ id, standalone }) =>
    stack.length === 0 ? standalone !== true : stack.includes(id),
  )
}
