import { join } from 'node:path'
import { InvalidEvidenceError } from '../../harness/errors.js'
import { beginControl, type ControlSetting } from '../../harness/evaluation/control.js'
import { measurePairs } from '../../harness/evaluation/measure-pairs.js'
import { defined } from '../../harness/evidence/defined.js'
import type { EvaluationPlan, Evidence } from '../../harness/evidence/evidence.js'
import type { JournalLine, RunRecord } from '../../harness/evidence/run-record.js'
import { readEnvironment } from '../../harness/measurement/environment.js'
import { workloadOf } from '../../harness/measurement/run-once.js'
import { appendSynced } from '../../harness/system/files.js'
import { formatDuration } from '../../harness/text/format.js'
import { assessWorkload } from '../../harness/verdict/assess.js'
import { isContaminated, isFailure, roundsOf } from '../../harness/verdict/rounds.js'
import { claimFreshHost, FRESH_DECISIONS } from './fresh-data.js'
import {
  type FreshDecision,
  type FreshRun,
  freshDecisionSchema,
  readFreshDecisions,
} from './fresh-decision.js'
import { type FreshTask, freshSchedule, freshTasksLeft } from './fresh-schedule.js'
import { withHogs } from './hogs.js'
import { SHIPPED_RULES } from './studied-rules.js'

/** The rules to measure for: that for a layer at smoke scale, and that of the gate. */
const RULES = [SHIPPED_RULES['improvement-20'], SHIPPED_RULES.gate] as const

const SCALE = 'smoke'
const PROOFS = 1

/**
 * Measures those decisions of the study that are missing below a root.
 *
 * @throws {InputError} the existing decisions were measured on another host
 * @throws {Interrupted} the user stopped it
 */
export async function measureMissing(root: string, setting: ControlSetting): Promise<void> {
  const path = join(root, FRESH_DECISIONS)
  const workloads = setting.loaded.suite.workloads.map(({ id }) => id)
  const left = freshTasksLeft(freshSchedule(workloads), readFreshDecisions(path))
  claimFreshHost(root, readEnvironment(setting.settings.nodeFlags))
  await measureFresh(left, path, setting)
}

/**
 * Measures the decisions of the study one after another and appends each to a file when it is
 * complete, so that the study can be interrupted at any time and continued.
 *
 * Each decision is a real evaluation with proof of equivalence, pilot, isolated and interleaved
 * runs, and for an injected change real extra work. Pairs are measured until both the rule for
 * layers and the rule of the gate have decided. If a decision fails, this is reported, and the
 * next call measures it again.
 *
 * @param path the file of decisions
 * @throws {Interrupted} the user stopped it
 */
export async function measureFresh(
  tasks: readonly FreshTask[],
  path: string,
  setting: ControlSetting,
): Promise<void> {
  const { progress, now } = setting
  const startedAt = now().getTime()
  for (const [index, task] of tasks.entries()) {
    const msPerTask = index === 0 ? undefined : (now().getTime() - startedAt) / index
    progress.note(taskText(task, index, tasks.length, msPerTask))
    try {
      const decision = await withHogs(task.hogs, () => measureDecision(task, setting))
      appendSynced(path, `${JSON.stringify(decision)}\n`)
    } catch (error) {
      if (!(error instanceof InvalidEvidenceError)) throw error
      progress.note(
        `this decision is not complete and will be measured again by --fresh: ${error.message}`,
      )
    }
  }
  progress.done()
}

function taskText(
  { cell, workload, hogs }: FreshTask,
  index: number,
  count: number,
  msPerTask: number | undefined,
): string {
  const change = cell === 'none' ? 'no change' : cell
  const load = hogs > 0 ? `, with ${hogs} hogs` : ''
  const left =
    msPerTask === undefined ? '' : `, about ${formatDuration(msPerTask * (count - index))} left`
  return `decision ${index + 1} of ${count}: ${change}, ${workload}${load}${left}`
}

async function measureDecision(task: FreshTask, setting: ControlSetting): Promise<FreshDecision> {
  const { loaded, settings, progress, now } = setting
  const { plan, equivalence } = await beginControl(
    {
      workloads: [workloadOf(loaded.suite, task.workload)],
      scale: SCALE,
      metric: 'cpu',
      seed: task.seed,
      looks: SHIPPED_RULES.gate.looks,
      fixed: false,
      ...(task.change !== 0 && { improvement: task.change }),
      proofs: PROOFS,
    },
    setting,
  )
  const runs: JournalLine[] = []
  await measurePairs({
    plan,
    equivalence,
    runs,
    open: (journal) => (wantsPair(plan, task.workload, journal) ? [task.workload] : []),
    onLine: (line) => void runs.push(line),
    loaded,
    settings,
    progress,
    now,
  })
  refuseUnequal(runs, equivalence, task)
  const [planned] = plan.workloads
  return freshDecisionSchema.parse({
    cell: task.cell,
    change: task.change,
    workload: task.workload,
    scale: SCALE,
    hogs: task.hogs,
    seed: task.seed,
    startedAt: plan.createdAt,
    commit: plan.git === null ? 'none' : `${plan.git.commit}${plan.git.dirty ? ' (dirty)' : ''}`,
    warmup: planned?.warmup,
    iterations: planned?.iterations,
    runs: runs.flatMap((line) => (isFailure(line) ? [] : [toFreshRun(line)])),
  })
}

/**
 * Whether at least one of the rules needs another pair. A rule needs none once more than a quarter
 * of its pairs are voided.
 */
export function wantsPair(
  plan: Pick<EvaluationPlan, 'arms'>,
  workload: string,
  journal: readonly JournalLine[],
): boolean {
  const rounds = roundsOf(journal, plan, workload)
  return RULES.some(
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
    `${task.workload} computed another result than before from the same code and seed ${task.seed}`,
  )
}

function toFreshRun(run: RunRecord): FreshRun {
  return defined({
    pair: run.pair,
    position: run.position as FreshRun['position'],
    arm: run.arm as FreshRun['arm'],
    cpuMs: run.cpuMs,
    wallMs: run.wallMs,
    peakRssBytes: run.peakRssBytes,
    waitShare: rounded(run.waitShare),
    foreignLoad: rounded(run.foreignLoad),
    stealShare: rounded(run.stealShare),
    voided: run.voided,
  })
}

/**
 * Rounds a covariate to four decimals, which are enough to explain a run and halve the size of the
 * file.
 */
function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1e4) / 1e4
}
