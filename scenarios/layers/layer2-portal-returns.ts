import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer2PortalReturns: Layer<OptimizationConfig> = {
  id: 'layer2',
  title: 'array returns, and a history cache for the remaining frames',
  hypothesis:
    'A strategy reads a window per asset and bar. A data frame needs a list of dates and a new table around numbers that are in memory already; a view of ' +
    'the column needs neither. A prototype gained 47–69 % on top of layer 1 that way. All of the gain is expected from the arrays: making a view takes less ' +
    'time than finding it, so the history cache keeps only frames, for strategies that still read them. Here it should neither cost nor save anything.',
  workloads: ['grid-search', 'walk-forward'],
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  apply: (config) => enable(config, { arrayReturns: true, historyCache: true }),
}
