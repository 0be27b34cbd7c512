import type { RunLength } from '../../contract.js'
import { defined } from '../../evidence/defined.js'
import { captureRounds } from './capture-rounds.js'
import { type ArmStack, type Captured, capture, type ProfileRequest } from './profiled-process.js'
import { equalLength } from './run-lengths.js'
import type { ArmTiming } from './time-arms.js'

/** What was captured of one arm. */
export interface ArmCaptures {
  /** CPU with inlining, in the order the processes ran. */
  readonly inlined: readonly Captured[]
  /** CPU without inlining, in the order the processes ran. */
  readonly exact: readonly Captured[]
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
/**
 * Processes per arm with inlining, whose differences show how certain the totals are, and without,
 * which show how certain the shares are.
 */
const ROUNDS = 3
/** CPU in which a process gives enough samples for shares, ms. */
const SHARES_MS = 500
/**
 * Processes with inlining are sampled at longer intervals, in multiples of the interval wanted: the
 * sampling slows a process, and they give the totals.
 */
const LONGER_INTERVAL = 2
const ONCE: RunLength = { warmup: 1, iterations: 1 }

/**
 * Profiles all arms on one workload, each time in a process of its own: CPU with inlining and
 * without, in several rounds each, and if wanted, allocations and calls. All arms make the same
 * number of passes. Verdicts do not use these figures.
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
  const sparse = { ...request, intervalMicros: LONGER_INTERVAL * request.intervalMicros }
  const inlined = await captureRounds(sparse, arms, ROUNDS, {
    name: 'CPU time',
    length: measured?.length ?? equalLength(durationMs / ROUNDS, passCpuMs),
    profiler: 'cpu',
  })
  const exact = await captureRounds(request, arms, ROUNDS, {
    name: 'CPU time without inlining',
    length: measured
      ? shortened(measured.length, passCpuMs)
      : equalLength(durationMs / ROUNDS, passCpuMs),
    profiler: 'cpu',
    flags: [NO_INLINING],
  })
  const memory: (MemoryCaptures | undefined)[] = []
  for (const arm of arms) memory.push(withMemory ? await captureMemory(request, arm) : undefined)
  return arms.map((_, index) =>
    defined({ inlined: inlined[index]!, exact: exact[index]!, memory: memory[index] }),
  )
}

/**
 * The length of a run that only gives shares, after runs of a measured length: enough passes for
 * the fastest arm, and at most as many as that length has.
 */
export function shortened(length: RunLength, passCpuMs: readonly number[]): RunLength {
  const enough = Math.ceil(SHARES_MS / Math.max(Math.min(...passCpuMs), 1))
  return { ...length, iterations: Math.min(length.iterations, enough) }
}

async function captureMemory(request: ProfileRequest, arm: ArmStack): Promise<MemoryCaptures> {
  const say = (what: string) =>
    request.phase(`profiling ${request.workload.id}, ${arm.arm}: ${what}`)
  say('allocations')
  const allocation = await capture(request, arm, { length: ONCE, profiler: 'allocation' })
  say('calls')
  const coverage = await capture(request, arm, { length: ONCE, profiler: 'coverage' })
  return { allocation, coverage }
}
