import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer1UserCode: Layer<OptimizationConfig> = {
  id: 'layer1',
  title: 'asset-list cache and pre-grouped bars',
  hypothesis:
    'Searches run many backtests on one bundle. Remembering its asset list and keeping its bars decoded and grouped by asset saves every ' +
    'backtest but the first the decoding of the long table, the search for distinct assets, one filter per asset and the conversion to ' +
    'arrays. The requirement expects 70 % of the time, at less than 1.5 times the memory.',
  workloads: ['grid-search', 'walk-forward'],
  // The rest of the suite opens bundles and reads no bars, so nothing of this is at work there.
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  apply: (config) => enable(config, { assetListCache: true, preGroupedBars: true }),
}
