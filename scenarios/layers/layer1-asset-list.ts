import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer1AssetList: Layer<OptimizationConfig> = {
  id: 'layer1.asset-list',
  title: 'asset-list cache alone',
  hypothesis:
    'The asset list of a bundle cannot change while its version stays the same, so finding the distinct assets of the long table once per ' +
    'version is enough. The requirement expects this part alone to save 48.5 % of the time.',
  workloads: ['grid-search', 'walk-forward'],
  // The other workload opens bundles without reading bars, so this layer has no effect on it.
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  apply: (config) => enable(config, { assetListCache: true }),
}
