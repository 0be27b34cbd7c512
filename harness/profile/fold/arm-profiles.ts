import type { Arm } from '../../contract.js'
import type { FoldedAllocations } from './allocations.js'
import type { CallCounts } from './call-counts.js'
import type { LineShares } from './line-shares.js'
import { type FoldedProfile, isIdle, sumMicros } from './stacks.js'

/** All profiles of one arm on one workload, folded. */
export interface ArmProfiles {
  readonly arm: Arm
  readonly stack: readonly string[]
  /** Passes in each profiled process, the same in every arm. */
  readonly passes: number
  /** CPU of a pass without a profiler, ms. */
  readonly cpuMs: number
  /** CPU of the reference computation, ms. */
  readonly referenceCpuMs?: number
  /**
   * The processes profiled with inlining, as V8 runs them when measured, in the order they ran. All
   * totals come from them. The arms take turns, so that the processes at the same index of two arms
   * ran one after the other.
   */
  readonly processes: readonly ProcessProfile[]
  /** The processes together. */
  readonly inlined: FoldedProfile
  /** The profile without inlining, which splits the totals: all attribution is based on it. */
  readonly exact: FoldedProfile
  /** The processes it comes from. They ran in turns, too. */
  readonly exactProcesses: readonly ExactProcess[]
  /** The lines of its functions. */
  readonly lines: LineShares
  /** Samples of the profile without inlining. */
  readonly samples: number
  /** Worker threads that ended before their profile could be collected. */
  readonly lostThreads: number
  /** Absent if they were not profiled. */
  readonly memory?: ArmMemory
}

/** The profile of one process, without inlining. */
export interface ExactProcess extends ProcessProfile {
  /** Samples while it was busy. */
  readonly samples: number
}

/** The profile of one process. */
export interface ProcessProfile {
  /** CPU by stack, of all threads and passes, µs. Idle time is left out. */
  readonly profile: FoldedProfile
  readonly passes: number
  /**
   * CPU of the process during the passes, ms, without the threads of the profiler. It is more than
   * the profile holds if there were threads that could not be sampled.
   */
  readonly cpuMs: number
}

/** What an arm allocates, and how often it calls its functions. */
export interface ArmMemory {
  readonly allocations: FoldedAllocations
  readonly allocationPasses: number
  readonly calls: CallCounts
  readonly callPasses: number
}

/**
 * The CPU of one pass by stack: the busy time of a profile, scaled to the time of a pass without a
 * profiler. The scaling makes arms comparable and the times equal to those of the hot spots.
 */
export function cpuPerPass(
  profiles: ArmProfiles,
  which: 'exact' | 'inlined' = 'exact',
): FoldedProfile {
  return scaledTo(profiles[which], profiles.cpuMs)
}

/**
 * The busy time of a profile, scaled so that it sums to a CPU time. Samples are taken by the clock:
 * where a thread has to wait for a CPU, their time includes the wait.
 *
 * @param cpuMs of the threads in the profile
 */
export function scaledTo({ frames, stacks }: FoldedProfile, cpuMs: number): FoldedProfile {
  const busy = stacks.filter((stack) => !isIdle(frames, stack))
  const sampled = sumMicros(busy)
  const scale = sampled > 0 ? (cpuMs * 1000) / sampled : 0
  const scaled = busy.map(({ frames: path, micros }) => ({
    frames: path,
    micros: toWholeNanoseconds(micros * scale),
  }))
  return { frames, stacks: scaled, totalMicros: sumMicros(scaled) }
}

/** The time of a profile in which its threads were not idle, µs. */
export function busyMicros({ frames, stacks }: FoldedProfile): number {
  return sumMicros(stacks.filter((stack) => !isIdle(frames, stack)))
}

/** Rounds to the step of the clock; further digits would only make files larger. */
function toWholeNanoseconds(micros: number): number {
  return Math.round(micros * 1000) / 1000
}
