import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer2PortalReturns: Layer<OptimizationConfig> = {
  id: 'layer2',
  title: 'array returns, and a history cache for the frames that are left',
  hypothesis:
    'A strategy asks for a window per asset and bar, and with data frames every answer lists dates and makes a table around numbers that are in memory ' +
    'already. A view of the column needs neither. A prototype gained 47–69 % on top of layer 1 that way. All of it is expected from the ' +
    'arrays: a view is made in less time than it is found, so the history cache keeps frames alone, for strategies that go on asking for them. Here ' +
    'it should cost nothing and give nothing.',
  workloads: ['grid-search', 'walk-forward'],
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  apply: (config) => enable(config, { arrayReturns: true, historyCache: true }),
}
