import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer2Arrays: Layer<OptimizationConfig> = {
  id: 'layer2.arrays',
  title: 'array returns alone',
  hypothesis:
    'A window as an array is a view of the adjusted column: no dates, no table, no copy. Windows are asked for once per asset and bar, and in a prototype ' +
    'making frames and reading them took most of a backtest. Opening and decoding, which layer 1 saves, are still paid here, so the part of the ' +
    'whole is smaller than the 47–69 % it had on top of layer 1.',
  workloads: ['grid-search', 'walk-forward'],
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  apply: (config) => enable(config, { arrayReturns: true }),
}
