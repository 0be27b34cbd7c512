import type { Arm, RunLength } from '../contract.js'
import { EXIT, InputError, InvalidEvidenceError } from '../errors.js'
import type { PlannedWorkload } from '../evidence/evidence.js'
import type { JournalLine, RunRecord } from '../evidence/run-record.js'
import type { Measurement } from '../measurement/child-message.js'
import { forkRun } from '../measurement/fork-run.js'
import { calibrateTurnsPerMs } from '../measurement/kernel.js'
import { measurePair, slotOf } from '../measurement/measure-pair.js'
import { workloadOf } from '../measurement/run-once.js'
import type { PhaseSetting } from './phase-setting.js'
import type { PlanDraft } from './plan-draft.js'

interface Pilot extends PhaseSetting {
  readonly plan: PlanDraft
  /** W and K, if they are given. */
  readonly length?: RunLength | undefined
}

/** Time of one iteration of an arm, ms: by the plan's metric, and in wall time. */
export interface IterationTime {
  readonly metricMs: number
  readonly wallMs: number
}

const TIMED_AT_LEAST_MS = 100
const MOST_ITERATIONS = 200
const TIMED_AT_MOST_MS = 3000
const QUICK_MS = 300
const SLOW_MS = 5000
/** CPU time of the kernel in the first pair that sizes an injection. */
const GUESSED_MS = 10
const COLD_RUN: RunLength = { warmup: 0, iterations: 1 }
const WARM_RUN: RunLength = { warmup: 3, iterations: 4 }

/**
 * The workloads of a plan, each with the W and K of its pilot. @throws the same as `pilotWorkload`
 *
 * @param length W and K, if they are given; then there is no pilot
 */
export async function pilotWorkloads(
  plan: PlanDraft,
  setting: PhaseSetting,
  length?: RunLength,
): Promise<PlannedWorkload[]> {
  const planned: PlannedWorkload[] = []
  for (const workload of plan.workloads) {
    setting.progress.phase(`pilot: ${workload.id}`)
    planned.push(await pilotWorkload({ ...setting, plan, length }, workload))
  }
  return planned
}

/**
 * W and K of a workload, the same for all arms, and if the plan injects work, the turns of the
 * injected kernel. The suite may fix W and K for the scale; if not, throw-away runs choose them.
 *
 * First each arm makes a single cold iteration. For a quick workload, a cold iteration is several
 * times slower than a warm one. Therefore, if it takes less than 300 ms, each arm makes another
 * run: four timed iterations after three of warm-up. None of these runs is evidence.
 *
 * @throws {InputError} the suite does not keep the contract
 * @throws {InvalidEvidenceError} a process failed
 */
async function pilotWorkload(pilot: Pilot, workload: PlannedWorkload): Promise<PlannedWorkload> {
  const { passes } = workloadOf(pilot.loaded.suite, workload.id)
  const length =
    pilot.length ?? passes?.[pilot.plan.scale] ?? (await measureLength(pilot, workload.id))
  const planned = { ...workload, warmup: length.warmup, iterations: length.iterations }
  return pilot.plan.injected === undefined
    ? planned
    : { ...planned, injectTurns: await sizeInjection(pilot, planned, pilot.plan.injected) }
}

async function measureLength(pilot: Pilot, id: string): Promise<RunLength> {
  const cold = await timeArms(pilot, id, COLD_RUN)
  const fastestMs = Math.min(...cold.map(({ metricMs }) => metricMs))
  return chooseRunLength(fastestMs < QUICK_MS ? await timeArms(pilot, id, WARM_RUN) : cold)
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
 * The turns of the kernel that make the planned effect. Throw-away pairs of the planned design time
 * both the iterations and the kernel where it will run, because its speed there differs from its
 * speed alone. It is the median of three, because the effect is only as exact as these times.
 */
async function sizeInjection(
  pilot: Pilot,
  workload: PlannedWorkload,
  { improvement, arm }: NonNullable<PlanDraft['injected']>,
): Promise<number> {
  let injectTurns = Math.max(1, Math.round(GUESSED_MS * calibrateTurnsPerMs()))
  const sizes: number[] = []
  for (let pair = 0; pair < 3; pair++) {
    const run = await timeInjected(pilot, { ...workload, injectTurns }, arm)
    const kernelMs = Math.max(run.injectedMs ?? 0, 1e-6)
    const wantedMs = injectedMs(improvement, run.cpuMs - kernelMs)
    injectTurns = Math.max(1, Math.round((wantedMs * injectTurns) / kernelMs))
    sizes.push(injectTurns)
  }
  return sizes.sort((a, b) => a - b)[1]!
}

/** A throw-away pair with the kernel in one arm. @returns the run of that arm */
async function timeInjected(
  { plan, loaded, settings }: Pilot,
  workload: PlannedWorkload,
  arm: Arm,
): Promise<Measurement> {
  const lines: JournalLine[] = []
  const startedAt = new Date(0).toISOString()
  const { defended: _, ...undefended } = plan
  const request = {
    plan: undefended,
    loaded,
    settings,
    startOfRun: () => startedAt,
    onRun: () => {},
    onLine: (line: JournalLine) => void lines.push(line),
  }
  await measurePair(request, workload, 1)
  const failed = lines.find((line) => 'error' in line)
  if (failed !== undefined) throw pilotFailed(failed.arm, workload.id, failed.error)
  return lines.find((line): line is RunRecord => line.arm === arm && !('error' in line))!
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
  throw pilotFailed(arm, workload, problem)
}

function pilotFailed(arm: Arm, workload: string, problem: string): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `the pilot run of the ${arm} of ${workload} failed: ${problem}; nothing was measured`,
  )
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
