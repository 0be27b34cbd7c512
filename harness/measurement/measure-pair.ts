import type { Arm } from '../contract.js'
import type { EvaluationPlan, PlannedWorkload } from '../evidence/evidence.js'
import type { JournalLine, RunRecord } from '../evidence/run-record.js'
import { type ForkSettings, forkRun } from './fork-run.js'
import { voidReason } from './host-load.js'
import { addressOf, type LoadedSuite } from './load-suite.js'
import { armOrder } from './schedule.js'

export interface PairRequest {
  readonly plan: EvaluationPlan
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
  readonly now: () => Date
  /** Told before each run. */
  readonly onRun: (arm: Arm) => void
  /** Told after each run, before the next begins: writes the journal. */
  readonly onLine: (line: JournalLine) => void
}

/**
 * What every run of an arm is told: the planned workload, W and K, and the work a control injects.
 */
export function slotOf(plan: EvaluationPlan, workload: PlannedWorkload, arm: Arm) {
  return {
    workload: workload.id,
    arm,
    stack: plan.stacks[arm],
    scale: plan.scale,
    seed: plan.seed,
    warmup: workload.warmup ?? 0,
    iterations: workload.iterations ?? 1,
    ...(plan.injected?.arm === arm &&
      workload.injectTurns !== undefined && { inject: workload.injectTurns }),
  }
}

const POSITIONS: readonly RunRecord['position'][] = ['first', 'second', 'third']

/**
 * One pair: the runs of all arms back to back, in seeded order, nothing else started meanwhile.
 * Ends early where a run fails, since the pair does not count then.
 *
 * @param pair its number, from 1, never used before
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
  { plan, loaded, settings, now }: PairRequest,
  workload: PlannedWorkload,
  pair: number,
  arm: Arm,
  index: number,
): Promise<JournalLine> {
  const startedAt = now().toISOString()
  const result = await forkRun(
    {
      ...slotOf(plan, workload, arm),
      suite: addressOf(loaded, arm),
      mode: 'run',
      metric: plan.metric,
      pair,
      position: index,
    },
    settings,
  )
  if (result.kind === 'failed')
    return { workload: workload.id, pair, arm, error: result.error, startedAt }
  if (result.message.kind !== 'measured')
    return { workload: workload.id, pair, arm, error: 'answered without a measurement', startedAt }
  const run = { ...result.message.measurement, ...result.host }
  const voided = voidReason(run, plan.metric)
  const position = POSITIONS[index] ?? 'first'
  return {
    workload: workload.id,
    pair,
    position,
    arm,
    ...run,
    startedAt,
    ...(voided !== undefined && { voided }),
  }
}
