import type { OptimizationConfig } from '../../engine/index.js'
import type { Workload } from '../../harness/contract.js'
import { coordinatorWorkload } from './coordinator.js'
import { fidelitySearchWorkload } from './fidelity-search.js'
import { gridSearchWorkload } from './grid-search.js'
import { ledgerMarksWorkload } from './ledger-marks.js'
import { searchPoolWorkload } from './search-pool.js'
import { walkForwardWorkload } from './walk-forward.js'
import { workerStartWorkload } from './worker-start.js'

/** Every workload. */
// biome-ignore lint/suspicious/noExplicitAny: scale and output are private to each workload
export const workloads: readonly Workload<OptimizationConfig, any, any>[] = [
  gridSearchWorkload, //
  walkForwardWorkload,
  workerStartWorkload,
  searchPoolWorkload,
  coordinatorWorkload,
  fidelitySearchWorkload,
  ledgerMarksWorkload,
]
