import {
  type BacktestResult,
  canonical,
  gridPoints,
  inlineExecutor,
  type OptimizationConfig,
  openEngine,
  plainBundleSource,
  pureBaseline,
  type TrialTask,
  type WalkForwardPlan,
  type WalkForwardResult,
  walkForward,
} from '../../engine/index.js'
import type { Workload } from '../../harness/contract.js'
import { marketDirectory, prepareMarket } from '../market/market-cache.js'
import type { MarketSize } from '../market/resample.js'
import { firstDivergence, type LabelledBacktest, parametersText } from './backtest-divergence.js'
import { type CrossoverTask, crossoverReference } from './crossover-reference.js'
import { crossoverOf, crossoverSpace, SEARCH_PASSES, type Steps } from './search-space.js'

export interface WalkForwardScale {
  readonly fast: Steps
  readonly slow: Steps
  readonly assets: number
  readonly windows: number
  readonly train: number
  readonly validation: number
  readonly test: number
  readonly step: number
}

const YEAR = 252
const QUARTER = 63

/**
 * Walk-forward optimization: in each window, all points run on the train segment, the best on the
 * validation segment, and one on the test segment.
 */
export const walkForwardWorkload: Workload<
  OptimizationConfig,
  WalkForwardScale,
  WalkForwardResult
> = {
  id: 'walk-forward',
  title: 'walk-forward optimization of the SMA crossover',
  passes: SEARCH_PASSES,
  scales: {
    smoke: {
      fast: { from: 5, to: 15, step: 5 },
      slow: { from: 30, to: 60, step: 30 },
      assets: 4,
      windows: 2,
      train: 80,
      validation: 20,
      test: 20,
      step: 20,
    },
    standard: {
      fast: { from: 10, to: 50, step: 20 },
      slow: { from: 60, to: 150, step: 30 },
      assets: 10,
      windows: 3,
      train: YEAR,
      validation: QUARTER,
      test: QUARTER,
      step: QUARTER,
    },
    production: {
      fast: { from: 5, to: 50, step: 5 },
      slow: { from: 60, to: 220, step: 40 },
      assets: 8,
      windows: 5,
      train: 12 * YEAR,
      validation: 3 * YEAR,
      test: 2 * YEAR,
      step: 2 * YEAR,
    },
  },
  describe: (scale) =>
    `${scale.windows} windows × ${gridPoints(crossoverSpace(scale.fast, scale.slow)).length} trials × ${scale.assets} assets`,
  prepare: (scale, seed, warn) => prepareMarket(sizeOf(scale), seed, warn),
  async run(config, scale, seed) {
    const { output, counters } = await search(config, scale, seed, () => {})
    return { output, counters, work: { unit: 'bars', amount: counters['engine.bars'] ?? 0 } }
  },
  async reference(scale, seed) {
    // Since trials depend on the results of earlier trials, one search is run to record all of
    // them.
    const tasks: CrossoverTask[] = []
    await search(pureBaseline(), scale, seed, ({ parameters, range }) => {
      tasks.push({ parameters, ...(range !== undefined && { range }), warmUp: scale.slow.to })
    })
    return crossoverReference(marketDirectory(sizeOf(scale), seed), tasks)
  },
  canonical: (output) =>
    [
      output.objective,
      ...labelled(output).map(({ label, result }) => `${label} ${canonical(result)}`),
      ...output.windows.map(
        ({ winner, efficiency }) => `winner ${parametersText(winner)} efficiency ${efficiency}`,
      ),
      JSON.stringify(output.stitched),
      `final ${output.finalEquity} efficiency ${output.efficiency}`,
    ].join('\n'),
  diverge: (baseline, candidate) => firstDivergence(labelled(baseline), labelled(candidate)),
}

/**
 * Runs one walk-forward optimization with an engine of its own.
 *
 * @param onTask called before each backtest
 */
async function search(
  config: OptimizationConfig,
  scale: WalkForwardScale,
  seed: number,
  onTask: (task: TrialTask) => void,
) {
  const directory = marketDirectory(sizeOf(scale), seed)
  const engine = openEngine(config)
  // The bundle is opened here only for its calendar. Every backtest opens it again.
  const opened = await plainBundleSource().open(directory)
  const { calendar, version } = opened
  opened.close()
  const executor = inlineExecutor<TrialTask, BacktestResult>((task) => {
    onTask(task)
    const { parameters, range } = task
    return engine.backtest({
      bundle: directory,
      algorithm: crossoverOf(parameters, config),
      ...(range !== undefined && { range }),
      warmUp: scale.slow.to,
    })
  })
  const output = await walkForward(
    crossoverSpace(scale.fast, scale.slow),
    planOf(scale),
    calendar,
    executor,
    version,
  )
  const counters = engine.counters()
  engine.close()
  return { output, counters }
}

function planOf({
  slow,
  windows,
  train,
  validation,
  test,
  step,
}: WalkForwardScale): WalkForwardPlan {
  return { mode: 'rolling', train, validation, test, step, warmUp: slow.to, maxWindows: windows }
}

function sizeOf(scale: WalkForwardScale): MarketSize {
  const { slow, assets, windows, train, validation, test, step } = scale
  return { assets, sessions: slow.to + train + validation + test + (windows - 1) * step }
}

function labelled({ windows }: WalkForwardResult): readonly LabelledBacktest[] {
  return windows.flatMap(({ train, validation, test }, w) =>
    Object.entries({ train, validation, test: [test] }).flatMap(([segment, trials]) =>
      trials.map(({ parameters, result }) => ({
        label: `window ${w + 1} · ${segment} · ${parametersText(parameters)}`,
        result,
      })),
    ),
  )
}
