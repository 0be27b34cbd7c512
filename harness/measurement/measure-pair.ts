import type { Arm, Metric, RunSlot } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, PlannedWorkload } from '../evidence/evidence.js'
import { designOf } from '../evidence/pair-design.js'
import type { JournalLine } from '../evidence/run-record.js'
import type { TamperClass } from '../evidence/tamper-classes.js'
import { drawCpu } from './affinity.js'
import { type EndedSlot, forkPair } from './fork-pair.js'
import type { ForkSettings } from './fork-run.js'
import { voidReason } from './host-load.js'
import { addressOf, type LoadedSuite } from './load-suite.js'
import { armOrder, iterationSeeds, POSITIONS } from './schedule.js'

/** The code and settings that the arms of a plan run with. */
export interface MeasuredArms {
  readonly plan: Pick<EvaluationPlan, 'stacks' | 'scale' | 'seed' | 'injected'>
  readonly loaded: LoadedSuite
}

export interface PairRequest extends MeasuredArms {
  readonly plan: MeasuredArms['plan'] & Pick<EvaluationPlan, 'arms' | 'metric' | 'defended'>
  readonly settings: ForkSettings
  /** Start of the next run, ISO time; never before that of the run before it. */
  readonly startOfRun: () => string
  /** Called before each run. */
  readonly onRun: (arm: Arm) => void
  /** Called after each run and before the next, to write the journal. */
  readonly onLine: (line: JournalLine) => void
}

/** The part of a slot that is the same in all runs of an arm. By default it has no warm-up. */
export function slotOf(
  { plan, loaded }: MeasuredArms,
  {
    id,
    warmup = 0,
    iterations = 1,
    injectTurns,
  }: Pick<PlannedWorkload, 'id' | 'warmup' | 'iterations' | 'injectTurns'>,
  arm: Arm,
) {
  return defined({
    suite: addressOf(loaded, arm),
    workload: id,
    arm,
    stack: plan.stacks[arm],
    scale: plan.scale,
    seed: plan.seed,
    warmup,
    iterations,
    inject: plan.injected?.arm === arm ? injectTurns : undefined,
  })
}

/**
 * One pair: a run of each arm in seeded order, at the same time or one directly after the other, as
 * planned. If a run fails, the pair does not count: runs that were not yet begun are left out, and
 * those that ran with it fail too.
 *
 * @param pair the number of the pair, from 1, not used before
 */
export async function measurePair(
  request: PairRequest,
  workload: PlannedWorkload,
  pair: number,
): Promise<void> {
  const { plan, settings, startOfRun, onRun, onLine } = request
  const order = armOrder(plan.seed, workload.id, pair, plan.arms)
  const design = designOf(workload)
  const cpu = design === 'adjacent' ? undefined : drawCpu(plan.seed, workload.id, pair)
  const slots = order.map((arm, index) => ({
    ...slotOf(request, workload, arm),
    mode: 'run' as const,
    metric: plan.metric,
    pair,
    position: index,
    ...(plan.defended === true && defenceOf(plan.seed, workload, pair)),
  }))
  await forkPair(slots, settings, {
    design,
    cpu,
    onStart: (index) => {
      onRun(order[index]!)
      return startOfRun()
    },
    onEnd: (run) => {
      const line = lineOf(slots[run.index]!, run, plan.metric, cpu)
      onLine(line)
      return !('error' in line)
    },
  })
}

/** The part of a slot that defends a run: watched, and a seed for each of its iterations. */
function defenceOf(
  seed: number,
  { id, warmup = 0, iterations = 1, seedSets }: PlannedWorkload,
  pair: number,
): Pick<RunSlot, 'defended' | 'seeds'> {
  if (seedSets === undefined) return { defended: true }
  return {
    defended: true,
    seeds: iterationSeeds(seed, id, (pair - 1) % seedSets, warmup + iterations),
  }
}

/** The line of the journal about a run. */
function lineOf(
  { workload, pair, arm }: RunSlot,
  { index, startedAt, result }: EndedSlot,
  metric: Metric,
  cpu: number | undefined,
): JournalLine {
  const failure = (error: string, tampered?: TamperClass) =>
    defined({ workload, pair, arm, error, tampered, startedAt })
  if (result.kind === 'failed') return failure(result.error, result.tampered)
  if (result.message.kind !== 'measured') return failure('answered without a measurement')
  const run = { ...result.message.measurement, ...result.host }
  return defined({
    workload,
    pair,
    position: POSITIONS[index] ?? 'first',
    arm,
    ...run,
    core: cpu,
    startedAt,
    voided: voidReason(run, metric),
  })
}
