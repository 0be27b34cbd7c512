import { isDeepStrictEqual } from 'node:util'
import { InputError } from '../errors.js'
import type { Environment, EvaluationPlan } from '../evidence/evidence.js'
import { mendJournal, readEvidence, unfinishedIds } from '../evidence/store.js'
import type { PlanDraft } from './plan-draft.js'

/**
 * Fields of a plan that must be equal for new runs to join old ones, with their names for the
 * user.
 */
const PLANNED: Readonly<Partial<Record<keyof PlanDraft, string>>> = {
  suite: 'suite',
  dist: 'compiled code (dist hash)',
  stacks: 'stacks',
  criterion: 'criterion (--threshold)',
  metric: '--metric',
  scale: '--scale',
  seed: '--seed',
  regime: '--pairs, --max-pairs, --fixed, --alpha or --memory',
  injected: '--inject',
  nodeFlags: '--node-options',
  packageVersion: 'package version',
}

/** A plan, and the host for which it was made. */
interface HostedPlan {
  readonly plan: PlanDraft
  readonly environment: Environment
}

/** Facts about a host on which measured times depend. */
const HOST: readonly (keyof Environment)[] = ['platform', 'cpuModel', 'cpuCount', 'node', 'v8']

/**
 * The plan of the newest unfinished evaluation of a layer, which will be continued. If an
 * interruption left an incomplete last line in the journal, the line is repaired.
 *
 * @param draft the plan of the current command
 * @param environment the host as it is now
 * @throws {InputError} there is nothing to resume, the plan or host differs from the current one,
 * or the calibration of the host has failed since; the message names the differences
 * @throws {InvalidEvidenceError} the files of the evaluation are damaged
 */
export function resumePlan(
  root: string,
  draft: PlanDraft,
  environment: Environment,
): EvaluationPlan {
  const id = unfinishedIds(root).findLast(
    (candidate) => candidate.slice(candidate.indexOf('-') + 1) === draft.layer,
  )
  if (id === undefined)
    throw new InputError(
      `nothing to resume: no unfinished evaluation of ${draft.layer} in ${root}; leave out --resume`,
    )
  mendJournal(root, id)
  const { plan, environment: begunOn } = readEvidence(root, id)
  const differences = differencesBetween(
    { plan, environment: begunOn },
    { plan: draft, environment },
  )
  if (differences.length > 0) {
    throw new InputError(
      `cannot resume ${id}: it was begun with a different ${differences.join(', ')}; repeat its command: ${plan.command} --resume --out ${root}`,
    )
  }
  const { calibration } = draft
  if (calibration?.status === 'failed' && plan.calibration?.status !== 'failed') {
    throw new InputError(
      `cannot resume ${id}: the calibration of this host has failed since it was begun; calibrate again and resume once it passes: ${calibration.command}, or leave out --resume`,
    )
  }
  return plan
}

/** Names of the differences that prevent the runs of two plans from being joined. */
export function differencesBetween(
  { plan, environment: begunOn }: HostedPlan,
  { plan: draft, environment }: HostedPlan,
): readonly string[] {
  return [
    ...Object.entries(PLANNED).flatMap(([key, name]) =>
      isDeepStrictEqual(plan[key as keyof PlanDraft], draft[key as keyof PlanDraft]) ? [] : [name],
    ),
    ...(isDeepStrictEqual(workloadNames(plan), workloadNames(draft))
      ? []
      : ['workloads (--workload)']),
    ...(plan.git?.commit === draft.git?.commit
      ? []
      : [`commit (${plan.git?.commit ?? 'none'} → ${draft.git?.commit ?? 'none'})`]),
    ...hostDifferences(begunOn, environment),
  ]
}

/** Names of those facts on which times depend that differ between two hosts. */
export function hostDifferences(begunOn: Environment, environment: Environment): readonly string[] {
  return HOST.filter((key) => !isDeepStrictEqual(begunOn[key], environment[key])).map(
    (key) => `host (${key})`,
  )
}

function workloadNames({ workloads }: Pick<EvaluationPlan, 'workloads'>): readonly string[] {
  return workloads.map(({ id, role, content }) => `${id} ${role} ${content}`)
}
