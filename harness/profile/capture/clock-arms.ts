import {
  type ArmStack,
  capture,
  type ProfileRequest,
  passesFor,
  warmUpFor,
} from './profiled-process.js'

/** What a pass of an arm takes when nobody watches, CPU, ms. */
export interface ArmClock {
  readonly cpuMs: number
  /** The reference computation, timed in the same processes; absent where the workload has none. */
  readonly referenceCpuMs?: number
}

/** Processes per arm. */
const ROUNDS = 3

/**
 * Times every arm under no profiler, in turn: a host that gets busier meanwhile is busier for all
 * of them.
 *
 * @returns one clock per arm, in their order: medians over the rounds
 * @throws {InvalidEvidenceError} a process failed
 */
export async function clockArms(
  request: ProfileRequest,
  arms: readonly ArmStack[],
): Promise<ArmClock[]> {
  const rounds: ArmClock[][] = arms.map(() => [])
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [index, arm] of arms.entries()) {
      request.phase(`timing ${request.workload.id}, ${arm.arm}: round ${round}/${ROUNDS}`)
      rounds[index]!.push(await clockOnce(request, arm, rounds[index]![0]))
    }
  }
  return rounds.map((clocks) => {
    const references = clocks.flatMap(({ referenceCpuMs }) => referenceCpuMs ?? [])
    return {
      cpuMs: median(clocks.map(({ cpuMs }) => cpuMs)),
      ...(references.length > 0 && { referenceCpuMs: median(references) }),
    }
  })
}

/**
 * @param known an earlier round, which tells how long a pass is; a throw-away process tells it to
 * the first
 */
async function clockOnce(
  request: ProfileRequest,
  arm: ArmStack,
  known: ArmClock | undefined,
): Promise<ArmClock> {
  const { cpuMs } =
    known ?? (await capture(request, arm, { warmup: 0, iterations: 1 }, 'clock')).run
  const length = {
    warmup: warmUpFor(cpuMs),
    iterations: passesFor(request.durationMs / ROUNDS, cpuMs),
  }
  const { run } = await capture(request, arm, length, 'clock')
  return {
    cpuMs: run.cpuMs,
    ...(run.referenceCpuMs !== undefined && { referenceCpuMs: run.referenceCpuMs }),
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}
