import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer1PreGrouped: Layer<OptimizationConfig> = {
  id: 'layer1.pre-grouped',
  title: 'pre-grouped bars alone',
  hypothesis:
    'Bars kept as dense columns per asset save every backtest but the first one filter per asset and the conversion to arrays. The requirement ' +
    'expects 45.2 % of the time from this part alone.',
  workloads: ['grid-search', 'walk-forward'],
  // The rest of the suite opens bundles and reads no bars, so nothing of this is at work there.
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  apply: (config) => enable(config, { preGroupedBars: true }),
}
