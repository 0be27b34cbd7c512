import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer4TickLedger: Layer<OptimizationConfig> = {
  id: 'layer4',
  title: 'tick ledger',
  hypothesis:
    'The ledger values every position at every bar. In decimal.js every product and every sum is an object; in whole ticks it is one multiplication and ' +
    'one addition of doubles, exact below 2^53, and what is larger is computed in bigints. With layers 1 to 3 the ledger took 45–47 % of a search ' +
    'when they were accepted, so at least 5 % should remain to be saved on top of them; on the pure baseline alone much less.',
  workloads: ['grid-search', 'walk-forward'],
  // The other workloads have no ledger, or the same one in every configuration.
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  apply: (config) => enable(config, { tickLedger: true }),
}
