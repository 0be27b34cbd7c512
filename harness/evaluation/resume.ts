import { isDeepStrictEqual } from 'node:util'
import { InputError } from '../errors.js'
import type { Environment, EvaluationPlan } from '../evidence/evidence.js'
import { mendJournal, readEvidence, unfinishedIds } from '../evidence/store.js'
import type { PlanDraft } from './plan-draft.js'

/** Fields that must be unchanged for new runs to join the old ones, by the user's names. */
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

/** A plan, and the host it is for. */
interface HostedPlan {
  readonly plan: PlanDraft
  readonly environment: Environment
}

/** Facts of the host on which its times depend. */
const HOST: readonly (keyof Environment)[] = ['platform', 'cpuModel', 'cpuCount', 'node', 'v8']

/**
 * The plan of the newest unfinished evaluation of a layer, to be continued. An incomplete last line
 * of its journal, left by an interruption, is repaired.
 *
 * @param draft the plan of the current command
 * @param environment the host as it is now
 * @throws {InputError} there is nothing to resume, its plan or host differs from the current one,
 * or the calibration of the host has failed since; names what differs
 * @throws {InvalidEvidenceError} its files are damaged
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

/** Names of what must be equal for the runs of two plans to be joined, but differs. */
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

/** Names of the facts on which times depend and in which two hosts differ. */
export function hostDifferences(begunOn: Environment, environment: Environment): readonly string[] {
  return HOST.filter((key) => !isDeepStrictEqual(begunOn[key], environment[key])).map(
    (key) => `host (${key})`,
  )
}

function workloadNames({ workloads }: Pick<EvaluationPlan, 'workloads'>): readonly string[] {
  return workloads.map(({ id, role, content }) => `${id} ${role} ${content}`)
}
