import { withoutId } from '../evidence/sequence-id.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import { freshSeed } from '../measurement/schedule.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { supersededRecord } from '../record/supersession.js'
import { findNamed } from '../text/nearest-name.js'
import type { EvaluateCommand } from './plan.js'
import { draftPlan, type PlanDraft } from './plan-draft.js'
import { SUMMARY_PAIRS } from './plan-summary.js'

/** What is compared: all accepted layers, and all but one of them, in order. */
export interface LeaveOut {
  readonly layer: string
  readonly stack: readonly string[]
  readonly others: readonly string[]
}

/**
 * The plan that shows what an accepted layer is worth last: all accepted layers against all but
 * this one, on the workloads the layer is meant for, in fresh pairs, at one look, and with a seed
 * that was not used to decide about any layer. The layer is judged by its own criterion.
 *
 * @param command that of the summary
 * @param records all records of the evidence root, ascending by number
 */
export function planWithout(
  command: EvaluateCommand,
  loaded: LoadedSuite,
  { layer: id, stack, others }: LeaveOut,
  records: readonly DecisionRecord[],
  packageVersion: string,
): PlanDraft {
  const { suite } = loaded
  const layer = findNamed(suite.layers, (one) => one.id, id, 'layer')
  const metric = command.metric ?? layer.metric
  const chosen = suite.workloads.filter(
    (workload) => command.workloads.length === 0 || command.workloads.includes(workload.id),
  )
  const draft = draftPlan({
    root: command.root,
    loaded,
    command: command.text,
    packageVersion,
    layer: withoutId(id),
    title: `all accepted layers against all but ${id}`,
    hypothesis: `${id} is still worth its place when all other accepted layers are on. It was accepted on top of those before it; layers after it may do the same work, or need it.`,
    criterion: layer.criterion,
    metric,
    stacks: { baseline: [], incumbent: [...others], candidate: [...stack] },
    scale: command.scale,
    seed: freshSeed(command.seed),
    looks: [SUMMARY_PAIRS],
    fixed: true,
    alpha: command.alpha,
    memory: 'advisory',
    design: command.design,
    workloads: chosen.filter((workload) => layer.workloads.includes(workload.id)),
    targets: layer.workloads,
    nodeFlags: nodeFlagsFor(metric, command.nodeOptions),
  })
  return { ...draft, supersedes: supersededRecord(draft, records)?.id ?? null }
}
