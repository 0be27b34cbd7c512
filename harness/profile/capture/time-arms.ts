import { median } from 'simple-statistics'
import { defined } from '../../evidence/defined.js'
import {
  type ArmStack,
  capture,
  type ProfileRequest,
  passesFor,
  warmUpFor,
} from './profiled-process.js'

/** The time of one pass of an arm without a profiler. */
export interface ArmTiming {
  /** CPU of a pass, ms. */
  readonly cpuMs: number
  /** CPU of the reference computation, ms, in the same processes; absent if there is none. */
  readonly referenceCpuMs?: number
}

/** Processes per arm. */
const ROUNDS = 3

/**
 * Times every arm without a profiler. The arms take turns, so that a change of the host's load
 * affects all of them.
 *
 * @returns one timing per arm, in the order of the arms; each is a median over the rounds
 * @throws {InvalidEvidenceError} a process failed
 */
export async function timeArms(
  request: ProfileRequest,
  arms: readonly ArmStack[],
): Promise<ArmTiming[]> {
  const rounds: ArmTiming[][] = arms.map(() => [])
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [index, arm] of arms.entries()) {
      request.phase(`timing ${request.workload.id}, ${arm.arm}: round ${round}/${ROUNDS}`)
      rounds[index]!.push(await timeOnce(request, arm, rounds[index]![0]))
    }
  }
  return rounds.map((timings) => {
    const references = timings.flatMap(({ referenceCpuMs }) => referenceCpuMs ?? [])
    return defined({
      cpuMs: median(timings.map(({ cpuMs }) => cpuMs)),
      referenceCpuMs: references.length > 0 ? median(references) : undefined,
    })
  })
}

/**
 * @param result of an earlier round, for the time of a pass; the first round measures that time in
 * a process of its own
 */
async function timeOnce(
  request: ProfileRequest,
  arm: ArmStack,
  earlier: ArmTiming | undefined,
): Promise<ArmTiming> {
  const { cpuMs } =
    earlier ?? (await capture(request, arm, { warmup: 0, iterations: 1 }, 'clock')).run
  const length = {
    warmup: warmUpFor(cpuMs),
    iterations: passesFor(request.durationMs / ROUNDS, cpuMs),
  }
  const { run } = await capture(request, arm, length, 'clock')
  return defined({ cpuMs: run.cpuMs, referenceCpuMs: run.referenceCpuMs })
}
