import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer2Arrays: Layer<OptimizationConfig> = {
  id: 'layer2.arrays',
  title: 'array returns alone',
  hypothesis:
    'A window as an array is a view of the adjusted column: no dates, no table, no copy. Strategies read a window per asset and bar, and in a prototype ' +
    'making and reading frames took most of a backtest. This stack still opens and decodes the bundle for every backtest, which layer 1 saves, so the ' +
    'relative gain is smaller than the 47–69 % on top of layer 1.',
  workloads: ['grid-search', 'walk-forward'],
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  apply: (config) => enable(config, { arrayReturns: true }),
}
