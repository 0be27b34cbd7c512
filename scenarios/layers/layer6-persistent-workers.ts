import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer6PersistentWorkers: Layer<OptimizationConfig> = {
  id: 'layer6',
  title: 'persistent workers',
  hypothesis:
    'A search in worker threads starts them, loads the engine in each, lets it compile and reads the bundle. If the threads wait for the next search, only the ' +
    'first one pays for that. The baseline starts the same threads once per search, not once per batch. A start takes 100 to 200 ms of a processor for each ' +
    'thread, as much as several backtests, so of four short searches three starts should be most of what there is to save; of long searches nothing.',
  workloads: ['search-pool'],
  // The other workloads start no threads, or only one search with each.
  guards: [],
  metric: 'wall',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  phase: 'heavy',
  apply: (config) => enable(config, { persistentWorkers: true }),
}
