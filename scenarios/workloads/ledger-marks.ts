import {
  enable,
  type OptimizationConfig,
  openEngine,
  type SearchResult,
} from '../../engine/index.js'
import type { LedgerMaker } from '../../engine/simulation/backtest.js'
import { tickLedger } from '../../engine/simulation/tick-ledger.js'
import type { Workload } from '../../harness/contract.js'
import { floatLedger } from './float-ledger.js'
import { type GridSearchScale, gridSearchWorkload, searchGrid } from './grid-search.js'
import { SEARCH_PASSES } from './search-space.js'

/** A field of the suite, which the engine does not read. */
interface LedgerChoice extends OptimizationConfig {
  readonly exactLedger?: boolean
}

/** Chooses the tick ledger in `ledger-marks`; changes nothing else. */
export function withExactLedger(config: OptimizationConfig): LedgerChoice {
  return { ...config, exactLedger: true }
}

/** The ledger under a configuration. Whether `tickLedger` is on does not matter. */
export function ledgerOf(config: LedgerChoice): LedgerMaker {
  return config.exactLedger === true ? tickLedger : floatLedger
}

/** Makes the rest of a backtest short, so that the ledger is a larger part of it. */
const ALL_ELSE: Partial<OptimizationConfig> = {
  assetListCache: true,
  preGroupedBars: true,
  arrayReturns: true,
  sharedIndicators: true,
  bundlePool: true,
}

const YEAR = 252

/**
 * A grid search with a ledger of floats, or with the tick ledger if `decimal-overhead` is applied.
 * Every other layer leaves it alone: both arms run with all other optimizations on.
 *
 * It is compared like every grid search, by its whole result to the last digit. On this market both
 * ledgers agree, because shares are whole and amounts are far below 2^53 ticks; where floats
 * would be off by one tick, the evaluation ends without a figure.
 */
export const ledgerMarksWorkload: Workload<OptimizationConfig, GridSearchScale, SearchResult> = {
  ...gridSearchWorkload,
  id: 'ledger-marks',
  title: 'grid search with a ledger of floats or of ticks',
  // Both arms are fast, so more passes fit.
  passes: { ...SEARCH_PASSES, standard: { warmup: 2, iterations: 5 } },
  scales: {
    smoke: {
      fast: { from: 5, to: 50, step: 5 },
      slow: { from: 60, to: 90, step: 30 },
      assets: 8,
      sessions: YEAR,
    },
    standard: {
      fast: { from: 5, to: 50, step: 5 },
      slow: { from: 60, to: 140, step: 20 },
      assets: 10,
      sessions: 2 * YEAR,
    },
    production: {
      fast: { from: 5, to: 50, step: 5 },
      slow: { from: 60, to: 250, step: 10 },
      assets: 8,
      sessions: 25 * YEAR,
    },
  },
  run: (config, scale, seed) =>
    searchGrid(openEngine(enable(config, ALL_ELSE), { ledger: ledgerOf(config) }), scale, seed),
}
