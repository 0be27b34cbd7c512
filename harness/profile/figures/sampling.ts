import type { ArmHotspots } from '../../evidence/hotspots-schema.js'
import type { ArmProfiles } from '../fold/arm-profiles.js'

/** How much of the CPU of the profiled processes was sampled: fields of `hotspots.json`. */
export interface Sampling {
  readonly sampledMs: number
  readonly processCpuMs: number[]
  readonly sampledShare: number
}

/** With a smaller part of the CPU, the samples may miss where the time goes. */
const LEAST_SAMPLED = 0.8

/** The CPU of a pass under the profiler, and the part of it that was sampled. */
export function samplingOf({ processes }: Pick<ArmProfiles, 'processes'>): Sampling {
  const processCpuMs = processes.map(({ cpuMs, passes }) => cpuMs / passes)
  const sampled = processes.map(({ profile, passes }) => profile.totalMicros / 1000 / passes)
  const [cpuMs, sampledMs] = [mean(processCpuMs), mean(sampled)]
  return { sampledMs, processCpuMs, sampledShare: cpuMs > 0 ? sampledMs / cpuMs : 0 }
}

/**
 * Whether shares by category can be stated. In older profiles, which do not state how much was
 * sampled, they always are.
 */
export function isWellSampled({ sampledShare }: Pick<ArmHotspots, 'sampledShare'>): boolean {
  return sampledShare === undefined || sampledShare >= LEAST_SAMPLED
}

/** Whether the allocations and calls of an arm were profiled, or else only its CPU. */
export function hasAllocations({ categories }: Pick<ArmHotspots, 'categories'>): boolean {
  return categories.some(({ allocatedBytes }) => allocatedBytes !== undefined)
}

/** The CPU of a pass under the profiler, ms; in older profiles, the sampled time. */
export function profiledCpuMs({
  sampledMs,
  processCpuMs,
}: Pick<ArmHotspots, 'sampledMs' | 'processCpuMs'>): number {
  return processCpuMs === undefined ? sampledMs : mean(processCpuMs)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
