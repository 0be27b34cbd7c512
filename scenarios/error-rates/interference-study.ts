import { join } from 'node:path'
import { InvalidEvidenceError } from '../../harness/errors.js'
import type { ControlSetting } from '../../harness/evaluation/control.js'
import { measurePairs } from '../../harness/evaluation/measure-pairs.js'
import { pilotWorkloads } from '../../harness/evaluation/pilot.js'
import { draftPlan, type PlanDraft } from '../../harness/evaluation/plan-draft.js'
import { proveEquivalence } from '../../harness/evaluation/prove-equivalence.js'
import { defined } from '../../harness/evidence/defined.js'
import type { EvaluationPlan, PlannedWorkload } from '../../harness/evidence/evidence.js'
import type { JournalLine } from '../../harness/evidence/run-record.js'
import { readEnvironment } from '../../harness/measurement/environment.js'
import { type LoadedSuite, ownSuite } from '../../harness/measurement/load-suite.js'
import { workloadOf } from '../../harness/measurement/run-once.js'
import { isContaminated, type Round, roundsOf } from '../../harness/verdict/rounds.js'
import { describeChange } from './change-text.js'
import { claimHost } from './fresh-data.js'
import {
  type CellKey,
  INTERFERENCE_FILE,
  type InterferenceCell,
  interferenceCellSchema,
  readInterferenceCells,
} from './interference-cell.js'
import { layerOf } from './interference-cell-id.js'
import { INTERFERENCE_CELLS, INTERFERENCE_HOST } from './interference-data.js'
import type { KernelKind } from './interference-kernels.js'
import { type InterferenceTask, interferenceLeft, SEARCHES } from './interference-schedule.js'
import { suite as kernelSuite, workloadIdOf } from './interference-suite.js'
import { measureTasks, planFacts } from './study-file.js'

const SCALE = 'smoke'
const PROOFS = 1
const SEED = 20_261_127
const AT_LEAST = 0.05

/**
 * Measures those cells of the study of interference that are missing below a root.
 *
 * @param setting with our own suite, whose searches are measured beside the kernels
 * @param deadline no cell begins after this time; absent: all are measured
 * @throws {InputError} the cells so far were measured on another host, or this host cannot bind
 * processes to a CPU
 * @throws {Interrupted} the user stopped it
 */
export async function measureInterference(
  root: string,
  setting: ControlSetting,
  deadline?: Date,
): Promise<void> {
  const path = join(root, INTERFERENCE_CELLS)
  const left = interferenceLeft(readInterferenceCells(path))
  claimHost(root, INTERFERENCE_HOST, readEnvironment(setting.settings.nodeFlags))
  await measureCells(left, path, setting, deadline)
}

/**
 * Measures cells one after another and appends each to a file when it is complete. A cell that
 * fails is reported, and the next call measures it again.
 *
 * @param path the file of cells
 * @param deadline no cell begins after this time
 * @throws {Interrupted} the user stopped it
 */
export async function measureCells(
  tasks: readonly InterferenceTask[],
  path: string,
  setting: ControlSetting,
  deadline?: Date,
): Promise<void> {
  await measureTasks(
    path,
    INTERFERENCE_FILE,
    {
      tasks,
      describe: describeTask,
      measure: (task) => measureCell(task, readInterferenceCells(path), setting),
      deadline,
    },
    setting,
  )
}

function describeTask({ kind, added, change, design }: InterferenceTask): string {
  const what = change === 0 ? 'no change' : `${describeChange(change)} by ${added} work`
  return `${kind}, ${what}, ${design}`
}

async function measureCell(
  task: InterferenceTask,
  done: readonly InterferenceCell[],
  setting: ControlSetting,
): Promise<InterferenceCell> {
  const { now } = setting
  const loaded = SEARCHES.includes(task.kind) ? setting.loaded : ownSuite(kernelSuite)
  const draft = draftCell(task, loaded, setting)
  const phase = { ...setting, loaded }
  const equivalence = await proveEquivalence(draft, phase)
  if (equivalence.kind === 'different')
    throw new InvalidEvidenceError(`${task.kind} gave two results for seed ${draft.seed}`)
  const createdAt = now().toISOString()
  const workloads = await sizeWorkloads(task, draft, done, phase)
  const plan = { ...draft, workloads, id: '0000-interference', createdAt }
  const id = workloads[0]!.id
  const roundsIn = (journal: readonly JournalLine[]) => roundsOf(journal, plan, id)
  const runs: JournalLine[] = []
  await measurePairs({
    ...phase,
    plan,
    equivalence,
    runs,
    open: (journal) =>
      roundsIn(journal).length < task.pairs && !isContaminated(journal, id, task.pairs) ? [id] : [],
    onLine: (line) => void runs.push(line),
  })
  const rounds = roundsIn(runs)
  if (rounds.length < task.pairs)
    throw new InvalidEvidenceError(
      `only ${rounds.length} of ${task.pairs} pairs of ${task.kind} count on this host`,
    )
  return toCell(task, plan, rounds)
}

/** The plan of a cell before its pilot. */
function draftCell(
  { kind, added, design, change, pairs }: InterferenceTask,
  loaded: LoadedSuite,
  { root, settings, command, packageVersion }: ControlSetting,
): PlanDraft {
  const id = SEARCHES.includes(kind) ? kind : workloadIdOf(kind as KernelKind)
  const isLayer = added === 'same' && change !== 0
  return draftPlan({
    root,
    loaded,
    command,
    packageVersion,
    layer: 'interference',
    title: 'the bias of a design',
    hypothesis: 'the known effect',
    criterion: { kind: 'improvement', atLeast: AT_LEAST },
    metric: 'cpu',
    stacks: { baseline: [], incumbent: [], candidate: isLayer ? [layerOf(change)] : [] },
    scale: SCALE,
    seed: SEED,
    looks: [pairs],
    fixed: true,
    proofs: PROOFS,
    workloads: [workloadOf(loaded.suite, id)],
    improvement: added === 'integers' && change !== 0 ? change : undefined,
    design,
    nearEqual: true,
    nodeFlags: [...settings.nodeFlags],
  })
}

/**
 * W and K, and the turns of an injected kernel: sized in the adjacent cell, and then the same in
 * all designs, so that their true effect is the same.
 */
async function sizeWorkloads(
  task: CellKey,
  draft: PlanDraft,
  done: readonly InterferenceCell[],
  setting: ControlSetting,
): Promise<PlannedWorkload[]> {
  if (draft.injected === undefined || task.design === 'adjacent')
    return await pilotWorkloads(draft, setting)
  const sized = done.find(
    ({ kind, added, change, design }) =>
      kind === task.kind && added === task.added && change === task.change && design === 'adjacent',
  )
  if (sized?.injectTurns === undefined)
    throw new InvalidEvidenceError(
      `the adjacent cell of ${task.kind} is missing, which gives the size of the injected work`,
    )
  const { warmup, iterations, injectTurns } = sized
  return draft.workloads.map((workload) => ({ ...workload, warmup, iterations, injectTurns }))
}

function toCell(
  { kind, added, design, change }: InterferenceTask,
  plan: EvaluationPlan,
  rounds: readonly Round[],
): InterferenceCell {
  return interferenceCellSchema.parse(
    defined({
      kind,
      added,
      design,
      change,
      seed: plan.seed,
      startedAt: plan.createdAt,
      ...planFacts(plan),
      pairs: rounds.map(toPair),
    }),
  )
}

function toPair({ runs: { baseline, candidate } }: Round): InterferenceCell['pairs'][number] {
  if (baseline === undefined || candidate === undefined)
    throw new Error('a complete pair has a run of each arm')
  return defined({
    first: baseline.position === 'first' ? ('baseline' as const) : ('candidate' as const),
    baseline: baseline.cpuMs,
    candidate: candidate.cpuMs,
    injectedMs: baseline.injectedMs ?? candidate.injectedMs,
    core: baseline.core,
  })
}
