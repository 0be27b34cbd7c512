import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { InputError, InvalidEvidenceError } from '../errors.js'
import type { Environment, EvaluationPlan, Evidence } from '../evidence/evidence.js'
import {
  evidenceOf,
  layerOfId,
  mendJournal,
  readBeginning,
  readEvidence,
  unfinishedIds,
  writeModules,
} from '../evidence/evidence-store.js'
import { type CodeWatch, watchCode } from '../measurement/code-watch.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { refuseUnplannedRuns } from '../verdict/journal-audit.js'
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
  campaign: '--campaign',
  defended: '--defended',
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

/** What is to be continued, and on what. */
export interface ResumeRequest {
  /** Evidence root, absolute. */
  readonly root: string
  /** The plan of the current command. */
  readonly draft: PlanDraft
  /** The host as it is now. */
  readonly environment: Environment
  readonly loaded: Pick<LoadedSuite, 'address' | 'foreignFile'>
}

/** An interrupted evaluation that is continued, and the code it measures. */
interface ResumedPlan extends Pick<Evidence, 'plan' | 'equivalence'> {
  readonly code: CodeWatch
}

/**
 * The plan of the newest unfinished evaluation of a layer, to be continued, and the modules its
 * runs were made with. An incomplete last line of its journal, left by an interruption, is
 * repaired.
 *
 * @throws {InputError} there is nothing to resume, its plan or host differs from the current one,
 * or the calibration of the host has failed since; names what differs
 * @throws {InvalidEvidenceError} its files are damaged, its runs do not follow its plan, or a
 * module was changed; names it
 */
export function resumePlan({ root, draft, environment, loaded }: ResumeRequest): ResumedPlan {
  const id = unfinishedIds(root).findLast((candidate) => layerOfId(candidate) === draft.layer)
  if (id === undefined)
    throw new InputError(
      `nothing to resume: no unfinished evaluation of ${draft.layer} in ${root}; leave out --resume`,
    )
  const begun = readBeginning(root, id)
  const { plan } = begun
  if (plan.schema !== draft.schema)
    throw new InputError(
      `cannot resume ${id}: an older version of assay began it, which did not keep what a continuation is checked against; leave out --resume to evaluate again`,
    )
  if (begun.modules === undefined)
    throw new InvalidEvidenceError(
      `cannot resume ${id}: ${join(evidenceOf(root), id, 'modules.json')} is missing, so the code of its runs is unknown; restore it, or leave out --resume to evaluate again`,
    )
  const code = watchCode(loaded, begun.modules, (modules) => writeModules(root, id, modules))
  code.check()
  refuseDifferences(root, begun, { plan: draft, environment })
  refuseFailedCalibration(plan, draft)
  mendJournal(root, id)
  const { equivalence, runs, memoryProbe } = readEvidence(root, id)
  refuseUnplannedRuns(plan, runs, memoryProbe)
  return { plan, equivalence, code }
}

function refuseDifferences(
  root: string,
  begun: HostedPlan & { readonly plan: EvaluationPlan },
  now: HostedPlan,
): void {
  const { id, command } = begun.plan
  const differences = differencesBetween(begun, now)
  if (differences.length > 0)
    throw new InputError(
      `cannot resume ${id}: it was begun with a different ${differences.join(', ')}; repeat its command: ${command} --resume --out ${root}`,
    )
}

function refuseFailedCalibration({ id, calibration: then }: EvaluationPlan, draft: PlanDraft) {
  const { calibration } = draft
  if (calibration?.status !== 'failed' || then?.status === 'failed') return
  throw new InputError(
    `cannot resume ${id}: the calibration of this host has failed since it was begun; calibrate again and resume once it passes: ${calibration.command}, or leave out --resume`,
  )
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
    ...(isDeepStrictEqual(designs(plan), designs(draft)) ? [] : ['design of the pairs (--design)']),
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

function designs({ workloads }: Pick<EvaluationPlan, 'workloads'>): readonly string[] {
  return workloads.map(({ id, design }) => `${id} ${design}`)
}
