import type { Arm, PairDesign, RunSlot } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, PlannedWorkload } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import { bindableCpus } from './affinity.js'
import { type ForkResult, type ForkSettings, forkRun } from './fork-run.js'
import { forkTogether } from './fork-together.js'
import { voidReason } from './host-load.js'
import { addressOf, type LoadedSuite } from './load-suite.js'
import { armOrder, cpuOf, POSITIONS } from './schedule.js'

/** The code and settings that the arms of a plan run with. */
export interface MeasuredArms {
  readonly plan: Pick<EvaluationPlan, 'stacks' | 'scale' | 'seed' | 'injected'>
  readonly loaded: LoadedSuite
}

export interface PairRequest extends MeasuredArms {
  readonly plan: MeasuredArms['plan'] & Pick<EvaluationPlan, 'arms' | 'metric'>
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
  const { plan } = request
  const order = armOrder(plan.seed, workload.id, pair, plan.arms)
  const due: DuePair = { request, workload, pair, order }
  const { design = 'adjacent' } = workload
  await (design === 'adjacent' ? measureAdjacent(due) : measureTogether(due, design))
}

/** A pair that is due. */
interface DuePair {
  readonly request: PairRequest
  readonly workload: PlannedWorkload
  readonly pair: number
  readonly order: readonly Arm[]
}

async function measureAdjacent(due: DuePair): Promise<void> {
  const { onRun, onLine, startOfRun, settings } = due.request
  for (const [index, arm] of due.order.entries()) {
    onRun(arm)
    const startedAt = startOfRun()
    const result = await forkRun(slotIn(due, arm, index), settings)
    const line = lineOf(due, { arm, index, startedAt, result })
    onLine(line)
    if ('error' in line) return
  }
}

async function measureTogether(
  due: DuePair,
  design: Exclude<PairDesign, 'adjacent'>,
): Promise<void> {
  const { plan, onRun, onLine, startOfRun, settings } = due.request
  const cpus = bindableCpus()
  const cpu = cpus.length === 0 ? undefined : cpuOf(plan.seed, due.workload.id, due.pair, cpus)
  onRun(due.order[0]!)
  const startedAt = startOfRun()
  const slots = due.order.map((arm, index) => slotIn(due, arm, index))
  const results = await forkTogether(slots, settings, defined({ design, cpu }))
  // The journal names the run that failed, and not those that were ended because of it.
  for (const [index, result] of results.entries())
    if (result.kind === 'answered' || result.isEnded !== true)
      onLine(lineOf(due, { arm: due.order[index]!, index, startedAt, result, cpu }))
}

function slotIn({ request, workload, pair }: DuePair, arm: Arm, index: number): RunSlot {
  return {
    ...slotOf(request, workload, arm),
    mode: 'run',
    metric: request.plan.metric,
    pair,
    position: index,
  }
}

/** A run that has ended. */
interface EndedSlot {
  readonly arm: Arm
  readonly index: number
  readonly startedAt: string
  readonly result: ForkResult
  readonly cpu?: number | undefined
}

/** The line of the journal about a run. */
function lineOf(
  { request, workload, pair }: DuePair,
  { arm, index, startedAt, result, cpu }: EndedSlot,
): JournalLine {
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
    core: cpu,
    startedAt,
    voided: voidReason(run, request.plan.metric),
  })
}
