import { type OptimizationConfig, pureBaseline } from '../../engine/index.js'
import type { RunLength, ScaleName, Suite } from '../../harness/contract.js'
import { CACHE_VARIABLE } from '../../harness/system/cache-root.js'
import { gridSearchWorkload } from '../workloads/grid-search.js'
import { walkForwardWorkload } from '../workloads/walk-forward.js'

/**
 * The length of a run: two passes of 20 to 50 ms after two of warm-up, so that thousands of pairs
 * can be measured.
 */
const LENGTH: RunLength = { warmup: 2, iterations: 2 }
const PASSES: Readonly<Record<ScaleName, RunLength>> = {
  smoke: LENGTH,
  standard: LENGTH,
  production: LENGTH,
}
/** Two backtests of short windows on two assets. */
const SMALL = {
  fast: { from: 4, to: 8, step: 4 },
  slow: { from: 12, to: 12, step: 1 },
  assets: 2,
} as const

const gridSearch = gridSearchWorkload.scales
const walkForward = walkForwardWorkload.scales

/**
 * The searches of our suite with fewer and shorter backtests, on which fresh decisions are
 * measured. Engine, data and results are those of the suite.
 *
 * Measured processes import this module, so it must not import the command line.
 */
export const suite: Suite<OptimizationConfig> = {
  name: 'assay error rates',
  module: import.meta.url,
  baseline: pureBaseline,
  layers: [],
  workloads: [
    {
      ...gridSearchWorkload,
      passes: PASSES,
      scales: { ...gridSearch, smoke: { ...gridSearch.smoke, ...SMALL, sessions: 40 } },
    },
    {
      ...walkForwardWorkload,
      passes: PASSES,
      scales: {
        ...walkForward,
        smoke: {
          ...walkForward.smoke,
          ...SMALL,
          windows: 1,
          train: 20,
          validation: 10,
          test: 10,
          step: 10,
        },
      },
    },
  ],
  passEnvironment: [CACHE_VARIABLE],
}
