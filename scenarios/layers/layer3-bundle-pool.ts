import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer3BundlePool: Layer<OptimizationConfig> = {
  id: 'layer3',
  title: 'bundle pool',
  hypothesis:
    'Every backtest of a search opens the same bundle: it reads, checks and hashes the manifest and reads the adjustments again. With a bundle kept open, ' +
    'one check of the directory replaces all that. On top of layer 1, which already avoids decoding the table, little is left to save: the ' +
    'requirement claims 84 % for a later open in a worker (313 ms → less than 50 ms), not for a search.',
  workloads: ['grid-search', 'walk-forward'],
  // `ledger-marks` has a pool in every configuration.
  guards: ['worker-start'],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  apply: (config) => enable(config, { bundlePool: true }),
}
