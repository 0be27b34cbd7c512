import type { OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer8MultiFidelity: Layer<OptimizationConfig> = {
  id: 'layer8',
  title: 'multi-fidelity: BOHB against a grid at equal regret',
  hypothesis:
    'BOHB tries most points on a ninth or a third of the sessions, and only the best of them on all. Where scores on these shares foretell those on all, with a ' +
    'rank correlation of at least 0.8, it should find a point as good as the best of a grid with at most a third of its bars. On a market of resampled prices ' +
    'that holds only if trading costs: without costs the best windows of a year are not those of five. The engine is the same in both arms; only bars count.',
  workloads: ['fidelity-search'],
  // It changes nothing for any other workload.
  guards: [],
  metric: 'wall',
  criterion: { kind: 'budget', counter: 'bohb.barsShare', atMost: 1 / 3 },
  standalone: true,
  sameCode: true,
  phase: 'heavy',
  apply: (config) => config,
}
