import { join } from 'node:path'
import type { BacktestSettings, OptimizationConfig, SearchModuleMaker } from '../../engine/index.js'
import { packageRoot } from '../../harness/system/package-root.js'
import { crossoverOf } from './search-space.js'

/** What a search of the SMA crossover in threads depends on. */
export interface CrossoverSearch {
  /** Directory of the bundle. */
  readonly bundle: string
  readonly backtest: BacktestSettings
  /** Decides the form of the strategy, as in the searches without threads. */
  readonly config: OptimizationConfig
}

/**
 * The compiled form of this module, which threads import: a thread loads JavaScript only, and this
 * module may be part of a bundle in another folder.
 */
export const CROSSOVER_MODULE = join(
  packageRoot(),
  'dist',
  'scenarios',
  'workloads',
  'crossover-search.js',
)

/** The search module of the SMA crossover. */
const crossoverSearch: SearchModuleMaker<CrossoverSearch> = ({ bundle, backtest, config }) => ({
  bundle,
  backtest,
  strategy: (parameters) => crossoverOf(parameters, config),
})

export default crossoverSearch
