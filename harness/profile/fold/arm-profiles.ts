import type { Arm } from '../../contract.js'
import type { FoldedAllocations } from './allocations.js'
import type { CallCounts } from './call-counts.js'
import { type FoldedProfile, isIdle, sumMicros } from './stacks.js'

/** All profiles of one arm on one workload, folded. */
export interface ArmProfiles {
  readonly arm: Arm
  readonly stack: readonly string[]
  /** Passes under each CPU profiler. */
  readonly passes: number
  /** CPU of a pass without a profiler, ms. */
  readonly cpuMs: number
  /**
   * CPU of a pass under the profiler without inlining, ms. It includes the profiler's own thread.
   */
  readonly profiledCpuMs: number
  /** CPU of the reference computation, ms. */
  readonly referenceCpuMs?: number
  /** The profile without inlining, on which all attribution is based. */
  readonly exact: FoldedProfile
  readonly inlined: FoldedProfile
  readonly allocations: FoldedAllocations
  readonly allocationPasses: number
  readonly calls: CallCounts
  readonly callPasses: number
  /** Samples of the profile without inlining. */
  readonly samples: number
  /** Worker threads that ended before their profile could be collected. */
  readonly lostThreads: number
}

/**
 * The CPU of one pass by stack: the busy time of a profile, scaled to the time of a pass without a
 * profiler. The scaling makes arms comparable and the times equal to those of the hot spots.
 */
export function cpuPerPass(
  profiles: ArmProfiles,
  which: 'exact' | 'inlined' = 'exact',
): FoldedProfile {
  const { frames, stacks } = profiles[which]
  const busy = stacks.filter((stack) => !isIdle(frames, stack))
  const sampled = sumMicros(busy)
  const scale = sampled > 0 ? (profiles.cpuMs * 1000) / sampled : 0
  const scaled = busy.map(({ frames: path, micros }) => ({
    frames: path,
    micros: toWholeNanoseconds(micros * scale),
  }))
  return { frames, stacks: scaled, totalMicros: sumMicros(scaled) }
}

/** Rounds to the step of the clock; further digits would only make files larger. */
function toWholeNanoseconds(micros: number): number {
  return Math.round(micros * 1000) / 1000
}
