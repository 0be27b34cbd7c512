import { join } from 'node:path'
import { InvalidEvidenceError } from '../../harness/errors.js'
import { beginControl, type ControlSetting } from '../../harness/evaluation/control.js'
import { defined } from '../../harness/evidence/defined.js'
import type { EvaluationPlan, Evidence } from '../../harness/evidence/evidence.js'
import type { JournalLine, RunRecord } from '../../harness/evidence/run-record.js'
import { readEnvironment } from '../../harness/measurement/environment.js'
import { measurePair } from '../../harness/measurement/measure-pair.js'
import { workloadOf } from '../../harness/measurement/run-once.js'
import { notBefore } from '../../harness/measurement/schedule.js'
import { assessWorkload } from '../../harness/verdict/assess.js'
import { refuseFailing } from '../../harness/verdict/refusals.js'
import { isContaminated, isFailure, roundsOf } from '../../harness/verdict/rounds.js'
import { claimHost, FRESH_DECISIONS, FRESH_HOST } from './fresh-data.js'
import {
  FRESH_FILE,
  type FreshDecision,
  type FreshRun,
  freshDecisionSchema,
  readFreshDecisions,
} from './fresh-decision.js'
import { freshRules } from './fresh-rules.js'
import { type FreshTask, freshSchedule, freshTasksLeft } from './fresh-schedule.js'
import { withHogs } from './hogs.js'
import { SHIPPED_RULES } from './studied-rules.js'
import { measureTasks, planFacts } from './study-file.js'

const SCALE = 'smoke'
const PROOFS = 1
/** A decision has fewer pairs than this; a multiple of the block of the order of runs. */
const PAIRS_PER_SEED = 100

/** What is decided before the first run of a decision. */
type Begun = Pick<Evidence, 'plan' | 'equivalence'>

/**
 * Measures those decisions of the study that are missing below a root.
 *
 * @param deadline no decision begins after this time; absent: all are measured
 * @throws {InputError} the existing decisions were measured on another host
 * @throws {Interrupted} the user stopped it
 */
export async function measureMissing(
  root: string,
  setting: ControlSetting,
  deadline?: Date,
): Promise<void> {
  const path = join(root, FRESH_DECISIONS)
  const workloads = setting.loaded.suite.workloads.map(({ id }) => id)
  const left = freshTasksLeft(freshSchedule(workloads), readFreshDecisions(path))
  claimHost(root, FRESH_HOST, readEnvironment(setting.settings.nodeFlags))
  await measureFresh(left, path, setting, deadline)
}

/**
 * Measures the decisions of the study one after another and appends each to a file when it is
 * complete, so that the study can be interrupted at any time and continued.
 *
 * Each decision is a real evaluation: isolated runs in pairs of the design that the plan chooses,
 * and for an injected change real extra work. Pairs are measured until the rules of the decision
 * have decided. The proof of equivalence and the size of the injected work are those of the first
 * decision with the same workload, data, change and load. If a decision fails, this is reported,
 * and the next call measures it again.
 *
 * @param path the file of decisions
 * @param deadline no decision begins after this time
 * @throws {Interrupted} the user stopped it
 */
export async function measureFresh(
  tasks: readonly FreshTask[],
  path: string,
  setting: ControlSetting,
  deadline?: Date,
): Promise<void> {
  const begun = new Map<string, Begun>()
  await measureTasks(
    path,
    FRESH_FILE,
    {
      tasks,
      describe: describeTask,
      measure: (task) => withHogs(task.hogs, () => measureDecision(task, setting, begun)),
      deadline,
    },
    setting,
  )
}

function describeTask({ cell, workload, hogs }: FreshTask): string {
  const change = cell === 'none' ? 'no change' : cell
  return `${change}, ${workload}${hogs > 0 ? `, with ${hogs} hogs` : ''}`
}

async function measureDecision(
  task: FreshTask,
  setting: ControlSetting,
  begun: Map<string, Begun>,
): Promise<FreshDecision> {
  const { plan, equivalence } = await begin(task, setting, begun)
  const startedAt = setting.now().toISOString()
  const runs = await measureRuns(task, { ...plan, createdAt: startedAt }, setting)
  refuseUnequal(runs, equivalence, task)
  return freshDecisionSchema.parse(
    defined({
      cell: task.cell,
      change: task.change,
      workload: task.workload,
      scale: SCALE,
      design: plan.workloads[0]?.design,
      hogs: task.hogs,
      seed: task.seed,
      dataSeed: task.dataSeed,
      startedAt,
      ...planFacts(plan),
      runs: runs.flatMap((line) => (isFailure(line) ? [] : [toFreshRun(line, task)])),
    }),
  )
}

/** The proof and the plan of a decision, shared by those that differ only in their seed. */
async function begin(
  { workload, change, hogs, dataSeed }: FreshTask,
  setting: ControlSetting,
  begun: Map<string, Begun>,
): Promise<Begun> {
  const key = [workload, change, hogs, dataSeed].join('/')
  const known = begun.get(key)
  if (known !== undefined) return known
  const first = await beginControl(
    {
      workloads: [workloadOf(setting.loaded.suite, workload)],
      scale: SCALE,
      metric: 'cpu',
      seed: dataSeed,
      looks: SHIPPED_RULES.gate.looks,
      fixed: false,
      ...(change !== 0 && { improvement: change }),
      proofs: PROOFS,
    },
    setting,
  )
  begun.set(key, first)
  return first
}

/** The seed of a decision numbers its pairs, and so determines the order and CPU of its runs. */
async function measureRuns(
  task: FreshTask,
  plan: EvaluationPlan,
  { loaded, settings, now }: ControlSetting,
): Promise<JournalLine[]> {
  const [workload] = plan.workloads
  if (workload === undefined) throw new Error(`the plan of ${task.workload} has no workload`)
  const decision = { change: task.change, design: workload.design }
  const runs: JournalLine[] = []
  for (let pair = firstPair(task); wantsPair(plan, task.workload, runs, decision); pair++) {
    await measurePair(
      {
        plan,
        loaded,
        settings,
        startOfRun: () => notBefore(runs.at(-1)?.startedAt ?? plan.createdAt, now()),
        onRun: () => {},
        onLine: (line) => void runs.push(line),
      },
      workload,
      pair,
    )
    refuseFailing(plan, runs)
  }
  return runs
}

function firstPair({ seed }: FreshTask): number {
  return seed * PAIRS_PER_SEED + 1
}

/**
 * Whether at least one of the rules of a decision needs another pair. A rule needs none once more
 * than a quarter of its pairs are voided.
 */
export function wantsPair(
  plan: Pick<EvaluationPlan, 'arms'>,
  workload: string,
  journal: readonly JournalLine[],
  decision: Parameters<typeof freshRules>[0],
): boolean {
  const rounds = roundsOf(journal, plan, workload)
  const rules = freshRules(decision).map((name) => SHIPPED_RULES[name])
  return rules.some(
    (rule) =>
      assessWorkload(rounds, rule).outcome === 'continue' &&
      !isContaminated(journal, workload, rule.looks.at(-1) ?? 0),
  )
}

/**
 * Refuses a decision in which identical code gave different results, because it would not be about
 * speed.
 */
function refuseUnequal(
  runs: readonly JournalLine[],
  { digests }: Evidence['equivalence'],
  task: FreshTask,
): void {
  const expected = new Set(digests.map(({ digest }) => digest))
  if (runs.every((line) => isFailure(line) || expected.has(line.digest))) return
  throw new InvalidEvidenceError(
    `${task.workload} computed another result than before from the same code and seed ${task.dataSeed}`,
  )
}

function toFreshRun(run: RunRecord, task: FreshTask): FreshRun {
  return defined({
    pair: run.pair - firstPair(task) + 1,
    position: run.position as FreshRun['position'],
    arm: run.arm as FreshRun['arm'],
    cpuMs: rounded(run.cpuMs),
    wallMs: rounded(run.wallMs),
    waitShare: rounded(run.waitShare),
    foreignLoad: rounded(run.foreignLoad),
    stealShare: rounded(run.stealShare),
    injectedMs: rounded(run.injectedMs),
    core: run.core,
    voided: run.voided,
  })
}

/**
 * Rounds to four decimals, finer than the clocks of the host, so that the file has half the size.
 */
function rounded(value: number): number
function rounded(value: number | undefined): number | undefined
function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1e4) / 1e4
}
