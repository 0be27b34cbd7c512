import type { OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

/**
 * The A/A control: baseline and candidate are the same code. A harness that accepts it is broken.
 */
export const layer0Control: Layer<OptimizationConfig> = {
  id: 'layer0-control',
  title: 'A/A control: nothing changes',
  hypothesis:
    'Nothing gets faster: both arms run the same code. Anything but "not accepted" is an error of the harness.',
  workloads: ['grid-search', 'walk-forward'],
  // There are no guards, because two workloads are enough to show that nothing changes.
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  sameCode: true,
  apply: (config) => config,
}
