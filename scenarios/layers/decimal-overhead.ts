import type { OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'
import { withExactLedger } from '../workloads/ledger-marks.js'

/**
 * The price of exactness. Nothing is optimized: the arm compared with has a ledger of floats,
 * which exists for this comparison only, and the candidate has the tick ledger.
 */
export const decimalOverhead: Layer<OptimizationConfig> = {
  id: 'decimal-overhead',
  title: 'exact decimals: the tick ledger against a ledger of floats',
  hypothesis:
    'An exact ledger needs more than floats do: it checks whether a product or a sum still is a whole number below 2^53, and it can go on in bigints. ' +
    'With every other optimization on, so that the rest of a backtest is short, exactness should cost less than 30 % of the time of a search.',
  workloads: ['ledger-marks'],
  // No other workload can have a ledger of floats.
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'non-inferiority', atMost: 0.3 },
  standalone: true,
  apply: withExactLedger,
}
