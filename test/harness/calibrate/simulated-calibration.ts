import type { CalibrationEvidence } from '../../../harness/calibrate/to-calibration.js'
import type { Evidence } from '../../../harness/evidence/evidence.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { planWith, simulateEvidence } from '../verdict/simulated-evidence.js'

/** The evidence of a calibration, from a seeded random number generator instead of processes. */
export interface SimulatedCalibration {
  readonly seed?: number
  /** Standard deviation of one run, log scale. */
  readonly noise?: number
  /** Bias of the harness: the improvement of B over A, although both are the same code. */
  readonly bias?: number
  /** Measured improvement where the true one is 8 %. */
  readonly effect?: number
  /** A/A pairs: 40 per attempt. */
  readonly pairs?: number
  /** Pairs with injected work: 20 per attempt. */
  readonly injectedPairs?: number
  /** Changes each A/A run. */
  readonly change?: (run: RunRecord) => RunRecord
}

const aaPlan = planWith({
  id: 'calibration',
  layer: 'control',
  command: 'npx assay calibrate',
  regime: { looks: [40], fixed: true, alpha: 0.05, memory: 'advisory' },
  stacks: { baseline: [], incumbent: [], candidate: [] },
  workloads: [
    {
      id: 'grid-search',
      title: 'Grid search',
      content: '100 backtests',
      role: 'target',
      warmup: 1,
      iterations: 2,
    },
  ],
})
const injectedPlan = {
  ...aaPlan,
  regime: { ...aaPlan.regime, looks: [20] },
  injected: { improvement: 0.08, arm: 'baseline' as const },
}

export function simulateCalibration({
  seed = 1,
  noise = 0.01,
  bias = 0,
  effect = 0.08,
  pairs = 40,
  injectedPairs = 20,
  change = (run) => run,
}: SimulatedCalibration = {}): CalibrationEvidence {
  const part = (plan: Evidence['plan'], count: number, improvement: number, partSeed: number) =>
    simulateEvidence(
      { seed: partSeed, pairs: count, improvement: { 'grid-search': improvement }, noise },
      plan,
    )
  const aa = part(aaPlan, pairs, bias, seed)
  return {
    aa: { ...aa, runs: (aa.runs as RunRecord[]).map(change) },
    injected: part(injectedPlan, injectedPairs, effect, seed + 1000),
  }
}
