import type { Arm } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { PlannedWorkload } from '../evidence/evidence.js'
import type { Measurement } from '../measurement/child-message.js'
import { type ForkSettings, forkRun } from '../measurement/fork-run.js'
import { calibrateTurnsPerMs } from '../measurement/kernel.js'
import { addressOf, type LoadedSuite } from '../measurement/load-suite.js'
import type { PlanDraft } from './plan.js'

export interface PilotRequest {
  readonly plan: PlanDraft
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
}

/** What one iteration costs an arm, ms: by the plan's metric, and in wall time. */
export interface IterationCost {
  readonly metricMs: number
  readonly wallMs: number
}

/** W and K. */
export interface RunLength {
  readonly warmup: number
  readonly iterations: number
}

const TIMED_AT_LEAST_MS = 100
const MOST_ITERATIONS = 200
const TIMED_AT_MOST_MS = 3000
const QUICK_MS = 300
const SLOW_MS = 5000
/** Iterations of the second look at a quick workload. */
const WARM_LOOK: RunLength = { warmup: 3, iterations: 4 }

/**
 * The planned workload with W and K fixed for all arms by a throw-away pair, and with the turns of
 * the injected kernel where the plan has one.
 *
 * A first look makes a single cold iteration per arm. A cold iteration overstates a quick workload
 * several times over, so where it takes less than 300 ms a second look times four iterations after
 * three of warm-up; longer ones are taken as they are. Nothing of it is evidence.
 *
 * @throws {InvalidEvidenceError} a process failed
 */
export async function pilotWorkload(
  request: PilotRequest,
  workload: PlannedWorkload,
): Promise<PlannedWorkload> {
  const cold = await timeArms(request, workload.id, { warmup: 0, iterations: 1 })
  const fastest = Math.min(...[...cold.values()].map(({ metricMs }) => metricMs))
  const costs = fastest < QUICK_MS ? await timeArms(request, workload.id, WARM_LOOK) : cold
  const length = chooseRunLength([...costs.values()])
  const { injected } = request.plan
  if (injected === undefined) return { ...workload, ...length }
  const costMs = await settledCostMs(request, workload.id, injected.arm, length)
  return { ...workload, ...length, injectTurns: turnsFor(injected.improvement, costMs) }
}

/**
 * CPU per iteration of an arm in runs of the planned length: the median of three, since the
 * injected effect can be no more exact than this.
 */
async function settledCostMs(
  request: PilotRequest,
  workload: string,
  arm: Arm,
  length: RunLength,
): Promise<number> {
  const costs: number[] = []
  for (let look = 0; look < 3; look++)
    costs.push((await timeArm(request, workload, arm, length)).cpuMs)
  return costs.sort((a, b) => a - b)[1] ?? 0
}

/**
 * W and K from what one iteration costs each arm (STATISTICS §1): the timed section takes the
 * fastest arm at least 100 ms and the slowest at most 3 s; the faster the fastest arm, the more
 * warm-up.
 */
export function chooseRunLength(costs: readonly IterationCost[]): RunLength {
  const fastestMs = Math.min(...costs.map(({ metricMs }) => metricMs))
  const slowestWallMs = Math.max(...costs.map(({ wallMs }) => wallMs))
  const wanted = clamp(Math.ceil(TIMED_AT_LEAST_MS / fastestMs), 1, MOST_ITERATIONS)
  const iterations = clamp(
    Math.min(wanted, Math.floor(TIMED_AT_MOST_MS / slowestWallMs)),
    1,
    MOST_ITERATIONS,
  )
  const warmup = fastestMs < QUICK_MS ? 3 : fastestMs <= SLOW_MS ? 1 : 0
  return { warmup, iterations }
}

/**
 * Extra CPU time per iteration that makes the candidate look improved by a fraction: into the arm
 * it is compared with where the fraction is positive, into the candidate where it is negative.
 *
 * @param costMs what an iteration costs that arm without it
 */
export function injectedMs(improvement: number, costMs: number): number {
  return improvement > 0 ? (costMs * improvement) / (1 - improvement) : costMs * -improvement
}

function turnsFor(improvement: number, costMs: number): number {
  return Math.max(1, Math.round(injectedMs(improvement, costMs) * calibrateTurnsPerMs()))
}

async function timeArms(
  request: PilotRequest,
  workload: string,
  length: RunLength,
): Promise<Map<Arm, IterationCost>> {
  const costs = new Map<Arm, IterationCost>()
  for (const arm of request.plan.arms) {
    const { cpuMs, wallMs } = await timeArm(request, workload, arm, length)
    // A clock that saw nothing pass must not make K infinite.
    costs.set(arm, {
      metricMs: Math.max(1e-6, request.plan.metric === 'cpu' ? cpuMs : wallMs),
      wallMs: Math.max(1e-6, wallMs),
    })
  }
  return costs
}

async function timeArm(
  { plan, loaded, settings }: PilotRequest,
  workload: string,
  arm: Arm,
  length: RunLength,
): Promise<Measurement> {
  const slot = {
    suite: addressOf(loaded, arm),
    mode: 'run',
    metric: plan.metric,
    workload,
    arm,
    stack: plan.stacks[arm],
    scale: plan.scale,
    seed: plan.seed,
  } as const
  const result = await forkRun({ ...slot, pair: 0, position: 0, ...length }, settings)
  if (result.kind === 'answered' && result.message.kind === 'measured')
    return result.message.measurement
  const what = result.kind === 'failed' ? result.error : 'no measurement'
  throw new InvalidEvidenceError(
    `the pilot run of the ${arm} of ${workload} failed: ${what}; nothing was measured`,
  )
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
