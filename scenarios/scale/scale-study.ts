import { join } from 'node:path'
import { InvalidEvidenceError } from '../../harness/errors.js'
import type { ControlSetting } from '../../harness/evaluation/control.js'
import { measurePairs } from '../../harness/evaluation/measure-pairs.js'
import { pilotWorkloads } from '../../harness/evaluation/pilot.js'
import { draftPlan } from '../../harness/evaluation/plan-draft.js'
import { proveEquivalence } from '../../harness/evaluation/prove-equivalence.js'
import type { JournalLine } from '../../harness/evidence/run-record.js'
import { readEnvironment } from '../../harness/measurement/environment.js'
import { workloadOf } from '../../harness/measurement/run-once.js'
import { makeDirectory } from '../../harness/system/files.js'
import { formatCounted } from '../../harness/text/format.js'
import { isContaminated, type Round, roundsOf } from '../../harness/verdict/rounds.js'
import { claimHost } from '../error-rates/fresh-data.js'
import { measureTasks, planFacts } from '../error-rates/study-file.js'
import { SCALE_FOLDER, scaleFiles } from './scale-files.js'
import {
  readScalePoints,
  SCALE_FILE,
  type ScalePoint,
  scalePointSchema,
  sizeId,
} from './scale-point.js'
import type { ScaleTask } from './scale-sizes.js'

/** What one study measures. */
export interface ScaleStudy {
  /** Ids of the layers that the candidate has, in order. */
  readonly stack: readonly string[]
  readonly tasks: readonly ScaleTask[]
  /** Pairs of each point that must count. */
  readonly pairs: number
}

const SEED = 20_261_128
const PROOFS = 1
const AT_LEAST = 0.05

/**
 * Measures the points that are missing in the file of a stack, one after another, in pairs that run
 * in lock-step against the pure baseline. Each is appended when it is complete.
 *
 * @param root of a checkout
 * @param setting with the suite of this study
 * @throws {InputError} the points so far were measured on another host
 * @throws {Interrupted} the user stopped it; what is complete stays
 */
export async function measureScale(
  root: string,
  study: ScaleStudy,
  setting: ControlSetting,
): Promise<void> {
  const { data, environment } = scaleFiles(study.stack)
  makeDirectory(join(root, SCALE_FOLDER))
  const path = join(root, data)
  const done = new Set(readScalePoints(path).map(keyOf))
  claimHost(root, { data, environment }, readEnvironment(setting.settings.nodeFlags))
  await measureTasks(
    path,
    SCALE_FILE,
    {
      tasks: study.tasks.filter((task) => !done.has(keyOf(task))),
      describe: describeTask,
      measure: (task) => measurePoint(task, study, setting),
    },
    setting,
  )
}

function keyOf(task: ScaleTask): string {
  return `${task.axis} ${sizeId(task)}`
}

function describeTask({ backtests, assets, bars }: ScaleTask): string {
  return `${formatCounted(backtests, 'backtest')} of ${formatCounted(assets, 'asset')} × ${formatCounted(bars, 'bar')}`
}

async function measurePoint(
  task: ScaleTask,
  { stack, pairs }: ScaleStudy,
  setting: ControlSetting,
): Promise<ScalePoint> {
  const id = sizeId(task)
  const draft = draftOf(id, stack, pairs, setting)
  const equivalence = await proveEquivalence(draft, setting)
  if (equivalence.kind === 'different')
    throw new InvalidEvidenceError(`${stack.join('+')} changes the results of ${id}`)
  const workloads = await pilotWorkloads(draft, setting)
  const createdAt = setting.now().toISOString()
  const plan = { ...draft, workloads, id: '0000-scale', createdAt }
  const runs: JournalLine[] = []
  await measurePairs({
    ...setting,
    plan,
    equivalence,
    runs,
    open: (journal) =>
      roundsOf(journal, plan, id).length < pairs && !isContaminated(journal, id, pairs) ? [id] : [],
    onLine: (line) => void runs.push(line),
  })
  const rounds = roundsOf(runs, plan, id)
  if (rounds.length < pairs)
    throw new InvalidEvidenceError(`only ${rounds.length} of ${pairs} pairs of ${id} count`)
  const { commit, warmup, iterations } = planFacts(plan)
  const { axis, backtests, bars, assets } = task
  const size = { axis, backtests, bars, assets }
  const facts = { seed: plan.seed, startedAt: createdAt, commit, warmup, iterations }
  return scalePointSchema.parse({ ...size, ...facts, pairs: rounds.map(pairOf) })
}

function draftOf(
  id: string,
  stack: readonly string[],
  pairs: number,
  { root, loaded, settings, command, packageVersion }: ControlSetting,
) {
  return draftPlan({
    root,
    loaded,
    command,
    packageVersion,
    layer: 'scale',
    title: 'improvement by size',
    hypothesis: 'a layer pays from a size on',
    criterion: { kind: 'improvement', atLeast: AT_LEAST },
    metric: 'cpu',
    stacks: { baseline: [], incumbent: [], candidate: [...stack] },
    scale: 'standard',
    seed: SEED,
    looks: [pairs],
    fixed: true,
    proofs: PROOFS,
    workloads: [workloadOf(loaded.suite, id)],
    design: 'lock-step',
    nearEqual: true,
    nodeFlags: [...settings.nodeFlags],
  })
}

function pairOf({ runs: { baseline, candidate } }: Round): ScalePoint['pairs'][number] {
  if (baseline === undefined || candidate === undefined)
    throw new Error('a complete pair has a run of each arm')
  return {
    first: baseline.position === 'first' ? 'baseline' : 'candidate',
    baseline: baseline.cpuMs,
    candidate: candidate.cpuMs,
  }
}
