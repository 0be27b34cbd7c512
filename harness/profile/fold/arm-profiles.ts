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
  /** CPU of a pass under the profiler without inlining, ms; the profiler's own thread included. */
  readonly profiledCpuMs: number
  /** CPU of the reference computation, ms. */
  readonly referenceCpuMs?: number
  /** Without inlining: the basis of all attribution. */
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
 * The CPU of one pass, stack by stack: the busy time of a profile, scaled to what a pass takes
 * without a profiler. That makes arms comparable and agrees with the times of the hot spots.
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

/** Further digits would only make files larger: the clock has no finer steps. */
function toWholeNanoseconds(micros: number): number {
  return Math.round(micros * 1000) / 1000
}
