import {
  type BacktestResult,
  canonical,
  type Engine,
  gridPoints,
  gridSearch,
  inlineExecutor,
  type OptimizationConfig,
  openEngine,
  type SearchResult,
  type TrialTask,
} from '../../engine/index.js'
import type { Outcome, Workload } from '../../harness/contract.js'
import { marketDirectory, prepareMarket } from '../market/market-cache.js'
import type { MarketSize } from '../market/resample.js'
import { firstDivergence, type LabelledBacktest, parametersText } from './backtest-divergence.js'
import { crossoverReference } from './crossover-reference.js'
import { crossoverOf, crossoverSpace, SEARCH_PASSES, type Steps } from './search-space.js'

export interface GridSearchScale {
  readonly fast: Steps
  readonly slow: Steps
  readonly assets: number
  /** Sessions traded, after a warm-up as long as the longest slow window. */
  readonly sessions: number
}

const YEAR = 252

/** Many backtests of one strategy on one market, which is the daily work of a researcher. */
export const gridSearchWorkload: Workload<OptimizationConfig, GridSearchScale, SearchResult> = {
  id: 'grid-search',
  title: 'grid search of the SMA crossover',
  passes: SEARCH_PASSES,
  scales: {
    smoke: {
      fast: { from: 5, to: 20, step: 5 },
      slow: { from: 30, to: 60, step: 30 },
      assets: 4,
      sessions: 120,
    },
    standard: {
      fast: { from: 10, to: 50, step: 10 },
      slow: { from: 60, to: 150, step: 10 },
      assets: 10,
      sessions: YEAR,
    },
    production: {
      fast: { from: 5, to: 50, step: 5 },
      slow: { from: 60, to: 250, step: 10 },
      assets: 8,
      sessions: 25 * YEAR,
    },
  },
  describe: (scale) =>
    `${gridPoints(crossoverSpace(scale.fast, scale.slow)).length} backtests × ${scale.assets} assets × ${scale.sessions} sessions`,
  prepare: (scale, seed, warn) => prepareMarket(marketOf(scale), seed, warn),
  run: (config, scale, seed) => searchGrid(openEngine(config), scale, seed),
  reference: (scale, seed) =>
    crossoverReference(
      marketDirectory(marketOf(scale), seed),
      gridPoints(crossoverSpace(scale.fast, scale.slow)).map((parameters) => ({
        parameters,
        range: { start: scale.slow.to },
      })),
    ),
  canonical: ({ objective, trials, best }) =>
    [
      objective,
      `best ${best.index}`,
      ...trials.map(
        ({ parameters, result }) => `${parametersText(parameters)} ${canonical(result)}`,
      ),
    ].join('\n'),
  diverge: (baseline, candidate) => firstDivergence(labelled(baseline), labelled(candidate)),
}

/**
 * Searches the grid of a scale with an engine that is cold, and closes it.
 *
 * @returns the trials, with the engine's counters and the number of bars
 */
export async function searchGrid(
  engine: Engine,
  scale: GridSearchScale,
  seed: number,
): Promise<Outcome<SearchResult>> {
  const bundle = marketDirectory(marketOf(scale), seed)
  const executor = inlineExecutor<TrialTask, BacktestResult>(({ parameters }) =>
    engine.backtest({
      bundle,
      algorithm: crossoverOf(parameters, engine.config),
      range: { start: scale.slow.to },
    }),
  )
  const output = await gridSearch(crossoverSpace(scale.fast, scale.slow), executor)
  const counters = engine.counters()
  engine.close()
  return { output, counters, work: { unit: 'bars', amount: counters['engine.bars'] ?? 0 } }
}

/** The market of a search: its sessions come after those of the longest window. */
export function marketOf({
  slow,
  assets,
  sessions,
}: Pick<GridSearchScale, 'slow' | 'assets' | 'sessions'>): MarketSize {
  return { assets, sessions: slow.to + sessions }
}

function labelled({ trials }: SearchResult): readonly LabelledBacktest[] {
  return trials.map(({ parameters, result }) => ({ label: parametersText(parameters), result }))
}
