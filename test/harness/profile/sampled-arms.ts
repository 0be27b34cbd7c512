import type { ArmHotspots, Hotspots } from '../../../harness/evidence/hotspots-schema.js'

/** An arm from the sampled time of each category, ms per pass. */
export function sampledArm(
  arm: ArmHotspots['arm'],
  ms: Readonly<Record<string, number>>,
  change: Partial<ArmHotspots> = {},
): ArmHotspots {
  const sampledMs = Object.values(ms).reduce((sum, one) => sum + one, 0)
  const { cpuMs = 100 } = change
  return {
    arm,
    stack: [],
    passes: 10,
    cpuMs,
    sampledMs,
    categories: Object.entries(ms).map(([name, one]) => {
      const share = sampledMs > 0 ? one / sampledMs : 0
      return { name, share, inlinedShare: share, cpuMs: share * cpuMs, allocatedBytes: 0 }
    }),
    operations: [],
    functions: [],
    modules: [],
    allocators: [],
    next: [],
    warnings: [],
    ...change,
  }
}

/** The hot spots of a workload, from its arms. */
export function hotspotsOf(workload: string, arms: readonly ArmHotspots[]): Hotspots {
  return {
    schema: 'assay/hotspots@1',
    suite: 'test',
    workload,
    title: workload,
    content: '100 backtests',
    scale: 'standard',
    seed: 1,
    intervalMicros: 500,
    node: '20.20.2',
    arms: [...arms],
  }
}
