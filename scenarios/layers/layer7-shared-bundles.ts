import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer7SharedBundles: Layer<OptimizationConfig> = {
  id: 'layer7',
  title: 'shared bundle context',
  hypothesis:
    'Each worker thread opens the bundle, decodes it and groups its bars for itself. If the main thread does so once, into memory that all threads read, n − 1 ' +
    'decodes and n − 1 copies of the bars are saved, and no backtest checks the directory again. With 30 threads in four pools that should be seen in the ' +
    'time of a search, and in the peak of memory; with two threads on a small bundle hardly.',
  workloads: ['coordinator'],
  // Its source of bars stands before the plain one in every backtest, also without threads.
  guards: ['search-pool', 'grid-search'],
  metric: 'wall',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  phase: 'heavy',
  apply: (config) => enable(config, { sharedBundles: true }),
}
