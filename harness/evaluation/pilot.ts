import type { Arm } from '../contract.js'
import { EXIT, InputError, InvalidEvidenceError } from '../errors.js'
import type { PlannedWorkload } from '../evidence/evidence.js'
import type { Measurement } from '../measurement/child-message.js'
import { forkRun } from '../measurement/fork-run.js'
import { calibrateTurnsPerMs } from '../measurement/kernel.js'
import { slotOf } from '../measurement/measure-pair.js'
import type { PhaseSetting } from './phase-setting.js'
import type { PlanDraft } from './plan-draft.js'

interface Pilot extends PhaseSetting {
  readonly plan: PlanDraft
}

/** Time of one iteration of an arm, ms: by the plan's metric, and in wall time. */
export interface IterationTime {
  readonly metricMs: number
  readonly wallMs: number
}

/** Numbers of warm-up (W) and timed (K) iterations of a run. */
export interface RunLength {
  readonly warmup: number
  readonly iterations: number
}

const TIMED_AT_LEAST_MS = 100
const MOST_ITERATIONS = 200
const TIMED_AT_MOST_MS = 3000
const QUICK_MS = 300
const SLOW_MS = 5000
const COLD_RUN: RunLength = { warmup: 0, iterations: 1 }
const WARM_RUN: RunLength = { warmup: 3, iterations: 4 }

/**
 * The workloads of a plan, each with the W and K of its pilot. @throws the same as `pilotWorkload`
 */
export async function pilotWorkloads(
  plan: PlanDraft,
  setting: PhaseSetting,
): Promise<PlannedWorkload[]> {
  const planned: PlannedWorkload[] = []
  for (const workload of plan.workloads) {
    setting.progress.phase(`pilot: ${workload.id}`)
    planned.push(await pilotWorkload({ ...setting, plan }, workload))
  }
  return planned
}

/**
 * Chooses by throw-away runs W and K of a workload, the same for all arms, and if the plan injects
 * work, the turns of the injected kernel.
 *
 * First each arm makes a single cold iteration. For a quick workload, a cold iteration is several
 * times slower than a warm one. Therefore, if it takes less than 300 ms, each arm makes another
 * run: four timed iterations after three of warm-up. None of these runs is evidence.
 *
 * @throws {InputError} the suite does not keep the contract
 * @throws {InvalidEvidenceError} a process failed
 */
async function pilotWorkload(pilot: Pilot, workload: PlannedWorkload): Promise<PlannedWorkload> {
  const cold = await timeArms(pilot, workload.id, COLD_RUN)
  const fastestMs = Math.min(...cold.map(({ metricMs }) => metricMs))
  const times = fastestMs < QUICK_MS ? await timeArms(pilot, workload.id, WARM_RUN) : cold
  const length = chooseRunLength(times)
  const { injected } = pilot.plan
  if (injected === undefined) return { ...workload, ...length }
  const baseMs = await medianCpuMs(pilot, workload.id, injected.arm, length)
  return { ...workload, ...length, injectTurns: turnsFor(injected.improvement, baseMs) }
}

/**
 * W and K from the time of one iteration of each arm (docs/methodology.md): the timed section
 * takes at least 100 ms in the fastest arm and at most 3 s in the slowest. A faster workload gets
 * more warm-up iterations.
 */
export function chooseRunLength(times: readonly IterationTime[]): RunLength {
  const fastestMs = Math.min(...times.map(({ metricMs }) => metricMs))
  const slowestWallMs = Math.max(...times.map(({ wallMs }) => wallMs))
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
 * CPU time of one iteration of an arm in runs of the planned length. It is the median of three
 * runs, because the injected effect is only as exact as this time.
 */
async function medianCpuMs(
  pilot: Pilot,
  workload: string,
  arm: Arm,
  length: RunLength,
): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < 3; run++) times.push((await timeArm(pilot, workload, arm, length)).cpuMs)
  return times.sort((a, b) => a - b)[1] ?? 0
}

/**
 * Extra CPU time per iteration that makes the candidate look improved by a fraction. If the
 * fraction is positive, the arm compared with gets the extra time; if it is negative, the
 * candidate does.
 *
 * @param baseMs time of an iteration, without the extra work, of the arm that gets it
 */
export function injectedMs(improvement: number, baseMs: number): number {
  return improvement > 0 ? (baseMs * improvement) / (1 - improvement) : baseMs * -improvement
}

function turnsFor(improvement: number, baseMs: number): number {
  return Math.max(1, Math.round(injectedMs(improvement, baseMs) * calibrateTurnsPerMs()))
}

async function timeArms(
  pilot: Pilot,
  workload: string,
  length: RunLength,
): Promise<IterationTime[]> {
  const times: IterationTime[] = []
  for (const arm of pilot.plan.arms) {
    const { cpuMs, wallMs } = await timeArm(pilot, workload, arm, length)
    // A reading of 0 ms must not make K infinite.
    times.push({
      metricMs: Math.max(1e-6, pilot.plan.metric === 'cpu' ? cpuMs : wallMs),
      wallMs: Math.max(1e-6, wallMs),
    })
  }
  return times
}

async function timeArm(
  pilot: Pilot,
  workload: string,
  arm: Arm,
  length: RunLength,
): Promise<Measurement> {
  const result = await forkRun(
    {
      ...slotOf(pilot, { id: workload, ...length }, arm),
      mode: 'run',
      metric: pilot.plan.metric,
      pair: 0,
      position: 0,
    },
    pilot.settings,
  )
  if (result.kind === 'answered' && result.message.kind === 'measured')
    return result.message.measurement
  const problem = result.kind === 'failed' ? result.error : 'no measurement'
  if (result.kind === 'failed' && result.exitCode === EXIT.input) throw new InputError(problem)
  throw new InvalidEvidenceError(
    `the pilot run of the ${arm} of ${workload} failed: ${problem}; nothing was measured`,
  )
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
