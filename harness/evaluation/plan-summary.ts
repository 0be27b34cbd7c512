import type { Goal, Layer, Suite } from '../contract.js'
import { InputError } from '../errors.js'
import type { Sequence } from '../evidence/sequence-evidence.js'
import { SEQUENCE_ID } from '../evidence/sequence-id.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import { freshSeed } from '../measurement/schedule.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { supersededRecord } from '../record/supersession.js'
import { formatLimit } from '../text/format.js'
import { followSequence } from '../verdict/sequence.js'
import type { EvaluateCommand } from './plan.js'
import { draftPlan, type PlanDraft } from './plan-draft.js'

/** Pairs of the summary, fixed beforehand: it has a single look. */
export const SUMMARY_PAIRS = 20

/** The goal of a suite. @throws {InputError} the suite has no goal */
export function goalOf({ name, goal }: Suite): Goal {
  if (goal !== undefined) return goal
  throw new InputError(
    `suite ${name} has no goal to measure all its layers against; add goal: { aspired, minimum }`,
  )
}

/**
 * The plan of the summary: it compares all accepted layers of a finished sequence together with
 * the pure baseline, in fresh pairs, at one look, and with a seed that was not used to decide
 * about any layer. Its targets are the workloads that are a target of at least one layer. The
 * metric is wall time if a layer declares it.
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
  const draft = draftPlan({
    root: command.root,
    loaded,
    command: command.text,
    packageVersion,
    layer: SEQUENCE_ID,
    title: 'all accepted layers together',
    hypothesis: `The layers that were accepted one after the other make every workload one of them is meant for at least ${formatLimit(goal.minimum)} faster than the pure baseline; ${formatLimit(goal.aspired)} is aspired to. They are measured again with another seed, because layers selected by their measurements look better in those measurements than they are.`,
    criterion: { kind: 'improvement', atLeast: goal.minimum },
    metric,
    stacks: { baseline: [], incumbent: [], candidate: [...stack] },
    scale: command.scale,
    seed: freshSeed(command.seed),
    looks: [SUMMARY_PAIRS],
    fixed: true,
    alpha: command.alpha,
    memory: command.memory,
    design: command.design,
    workloads: suite.workloads.filter(
      ({ id }) => command.workloads.length === 0 || command.workloads.includes(id),
    ),
    targets: layers.flatMap(({ workloads }) => workloads),
    defended: command.defended,
    nodeFlags: nodeFlagsFor(metric, command.nodeOptions),
  })
  return { ...draft, supersedes: supersededRecord(draft, records)?.id ?? null }
}

/** The layers of a stack. If the stack is empty, all layers that could have been in it. */
function layersOf(stack: readonly string[], { layers }: Suite): readonly Layer<unknown>[] {
  return layers.filter(({ id, standalone }) =>
    stack.length === 0 ? standalone !== true : stack.includes(id),
  )
}
