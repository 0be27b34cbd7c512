import type { Arm } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, PlannedWorkload } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import { type ForkSettings, forkRun } from './fork-run.js'
import { voidReason } from './host-load.js'
import { addressOf, type LoadedSuite } from './load-suite.js'
import { armOrder, POSITIONS } from './schedule.js'

/** The code and settings that the arms of a plan run with. */
export interface MeasuredArms {
  readonly plan: Pick<EvaluationPlan, 'stacks' | 'scale' | 'seed' | 'injected'>
  readonly loaded: LoadedSuite
}

export interface PairRequest extends MeasuredArms {
  readonly plan: EvaluationPlan
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
  }: Omit<PlannedWorkload, 'title' | 'content' | 'role'>,
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
 * One pair: the runs of all arms one directly after the other, in seeded order. If a run fails,
 * the pair ends early, because it does not count.
 *
 * @param pair the number of the pair, from 1, not used before
 */
export async function measurePair(
  request: PairRequest,
  workload: PlannedWorkload,
  pair: number,
): Promise<void> {
  const { plan, onRun, onLine } = request
  for (const [index, arm] of armOrder(plan.seed, workload.id, pair, plan.arms).entries()) {
    onRun(arm)
    const line = await measureRun(request, workload, pair, arm, index)
    onLine(line)
    if ('error' in line) return
  }
}

async function measureRun(
  request: PairRequest,
  workload: PlannedWorkload,
  pair: number,
  arm: Arm,
  index: number,
): Promise<JournalLine> {
  const { plan, settings, startOfRun } = request
  const startedAt = startOfRun()
  const result = await forkRun(
    {
      ...slotOf(request, workload, arm),
      mode: 'run',
      metric: plan.metric,
      pair,
      position: index,
    },
    settings,
  )
  const failure = (error: string) => ({ workload: workload.id, pair, arm, error, startedAt })
  if (result.kind === 'failed') return failure(result.error)
  if (result.message.kind !== 'measured') return failure('answered without a measurement')
  const run = { ...result.message.measurement, ...result.host }
  return defined({
    workload: workload.id,
    pair,
    position: POSITIONS[index] ?? 'first',
    arm,
    ...run,
    startedAt,
    voided: voidReason(run, plan.metric),
  })
}
