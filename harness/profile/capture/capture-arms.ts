import { defined } from '../../evidence/defined.js'
import { type ArmStack, type Captured, capture, type ProfileRequest } from './profiled-process.js'
import { equalLength, type RunLength } from './run-lengths.js'
import type { ArmTiming } from './time-arms.js'

/** What was captured of one arm. */
export interface ArmCaptures {
  /** CPU with inlining, in the order the processes ran. */
  readonly inlined: readonly Captured[]
  /** CPU without inlining. */
  readonly exact: Captured
  /** Absent if only CPU was profiled. */
  readonly memory?: MemoryCaptures
}

/** Allocations and calls. */
export interface MemoryCaptures {
  readonly allocation: Captured
  readonly coverage: Captured
}

/**
 * V8 attributes some inlined functions to their callers, so attribution needs runs without
 * inlining.
 */
const NO_INLINING = '--no-turbo-inlining'
/** Processes per arm with inlining: their differences show how certain the totals are. */
const ROUNDS = 3
const ONCE: RunLength = { warmup: 1, iterations: 1 }

/**
 * Profiles all arms on one workload, each time in a process of its own: CPU with inlining in
 * several rounds, then CPU without inlining and, if wanted, allocations and calls. All arms make
 * the same number of passes. They take turns, forwards and backwards, so that a change of the
 * host's load affects all of them. Verdicts do not use these figures.
 *
 * @param timings    CPU of a pass without a profiler, one per arm
 * @param withMemory whether to profile allocations and calls as well
 * @returns one entry per arm, in the order of the arms
 * @throws {InvalidEvidenceError} a process failed
 */
export async function captureArms(
  request: ProfileRequest,
  arms: readonly ArmStack[],
  timings: readonly ArmTiming[],
  withMemory: boolean,
): Promise<ArmCaptures[]> {
  const passCpuMs = timings.map(({ cpuMs }) => cpuMs)
  const { measured, durationMs } = request
  const say = (what: string, { arm }: ArmStack) =>
    request.phase(`profiling ${request.workload.id}, ${arm}: ${what}`)
  const inlined = await inTurns(arms, ROUNDS, async (arm, round) => {
    say(`CPU time, process ${round} of ${ROUNDS}`, arm)
    const length = measured?.length ?? equalLength(durationMs / ROUNDS, passCpuMs)
    return await capture(request, arm, length, 'cpu')
  })
  const exact = await inTurns(arms, 1, async (arm) => {
    say('CPU time without inlining', arm)
    const length = measured?.length ?? equalLength(durationMs, passCpuMs)
    return await capture(request, arm, length, 'cpu', [NO_INLINING])
  })
  const memory = await inTurns(arms, withMemory ? 1 : 0, async (arm) => {
    say('allocations', arm)
    const allocation = await capture(request, arm, ONCE, 'allocation')
    say('calls', arm)
    return { allocation, coverage: await capture(request, arm, ONCE, 'coverage') }
  })
  return arms.map((_, index) =>
    defined({ inlined: inlined[index]!, exact: exact[index]![0]!, memory: memory[index]![0] }),
  )
}

/**
 * Does a work once per arm in every round, in the order of the arms and backwards by turns.
 *
 * @returns the results of each arm, in the order of the rounds
 */
export async function inTurns<Arm, Result>(
  arms: readonly Arm[],
  rounds: number,
  work: (arm: Arm, round: number) => Promise<Result>,
): Promise<readonly (readonly Result[])[]> {
  const results: Result[][] = arms.map(() => [])
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 === 1 ? arms.keys() : [...arms.keys()].reverse()
    for (const index of order) results[index]!.push(await work(arms[index]!, round))
  }
  return results
}
