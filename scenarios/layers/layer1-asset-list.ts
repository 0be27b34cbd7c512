import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer1AssetList: Layer<OptimizationConfig> = {
  id: 'layer1.asset-list',
  title: 'asset-list cache alone',
  hypothesis:
    'The asset list of a bundle cannot change while its version stays the same, so looking for the distinct assets of the long table once per ' +
    'version is enough. The requirement expects 48.5 % of the time from this part alone.',
  workloads: ['grid-search', 'walk-forward'],
  // The rest of the suite opens bundles and reads no bars, so nothing of this is at work there.
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  apply: (config) => enable(config, { assetListCache: true }),
}
