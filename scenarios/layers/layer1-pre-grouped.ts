import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer1PreGrouped: Layer<OptimizationConfig> = {
  id: 'layer1.pre-grouped',
  title: 'pre-grouped bars alone',
  hypothesis:
    'With bars kept as dense columns per asset, every backtest but the first needs neither a filter per asset nor the conversion to arrays. The ' +
    'requirement expects this part alone to save 45.2 % of the time.',
  workloads: ['grid-search', 'walk-forward'],
  // The other workload opens bundles without reading bars, so this layer has no effect on it.
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  apply: (config) => enable(config, { preGroupedBars: true }),
}
