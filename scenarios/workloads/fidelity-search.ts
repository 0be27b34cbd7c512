import {
  defaults,
  type Engine,
  gridPoints,
  inlineExecutor,
  type OptimizationConfig,
  type OptimizeOptions,
  type OptimizeOutcome,
  openEngine,
  optimize,
  rangeOf,
  type SearchExecutors,
  type SweepSpec,
  signalStrategy,
} from '../../engine/index.js'
import type { Workload } from '../../harness/contract.js'
import { marketDirectory, prepareMarket } from '../market/market-cache.js'
import { crossoverSignal } from '../strategies/crossover-signal.js'
import { type GridSearchScale, marketOf } from './grid-search.js'
import { divergeTrials } from './search-pool.js'
import { crossoverSpace, SHARES } from './search-space.js'

export interface FidelitySearchScale extends GridSearchScale {
  /** Seeds of BOHB, an odd number of searches. */
  readonly seeds: readonly number[]
  /** The smallest share of the sessions. */
  readonly least: number
  /**
   * Cost of each fill. With none, the returns of a crossover on resampled prices are mostly luck.
   */
  readonly basisPoints: number
}

/** The grid, then BOHB with each seed. */
export type FidelitySearches = readonly OptimizeOutcome[]

const YEAR = 252
/** The part of the grid's backtests that BOHB may spend. */
const PART = 1 / 3
/** The rank correlation that each share must have. */
const LEAST_CORRELATION = 0.8

/**
 * A grid of the SMA crossover, and BOHB over the same windows in steps of one day, with a third of
 * the backtests, once per seed. The engine is the fastest there is, whatever the configuration:
 * only bars are counted.
 *
 * `bohb.barsShare` is the median over the seeds of the bars that BOHB delivered until a trial on
 * all bars was as good as the best of the grid, ÷ the bars of the grid; 1 for a search that did not
 * get there. It is absent unless the median rank correlation of each share of the sessions is at
 * least 0.8, as elsewhere multi-fidelity is not claimed to pay. `bohb.correlation.9` is that median
 * for a ninth.
 */
export const fidelitySearchWorkload: Workload<
  OptimizationConfig,
  FidelitySearchScale,
  FidelitySearches
> = {
  id: 'fidelity-search',
  title: 'grid against BOHB, in bars',
  // Every pass delivers the same bars.
  passes: {
    smoke: { warmup: 0, iterations: 1 },
    standard: { warmup: 0, iterations: 1 },
    production: { warmup: 0, iterations: 1 },
  },
  scales: {
    smoke: {
      seeds: [1],
      least: 1 / 3,
      basisPoints: 50,
      fast: { from: 2, to: 6, step: 4 },
      slow: { from: 8, to: 20, step: 4 },
      assets: 2,
      sessions: 60,
    },
    standard: {
      seeds: [1, 2, 3, 4, 5],
      least: 1 / 9,
      basisPoints: 50,
      fast: { from: 2, to: 30, step: 4 },
      slow: { from: 3, to: 120, step: 4 },
      assets: 10,
      sessions: 5 * YEAR,
    },
    production: {
      seeds: [1, 2, 3, 4, 5],
      least: 1 / 9,
      basisPoints: 50,
      fast: { from: 2, to: 30, step: 4 },
      slow: { from: 3, to: 120, step: 4 },
      assets: 20,
      sessions: 10 * YEAR,
    },
  },
  describe: ({ fast, slow, seeds, assets, sessions }) =>
    `a grid of ${gridPoints(crossoverSpace(fast, slow)).length} backtests and ${seeds.length} searches by BOHB with a third of them, ${assets} assets × ${sessions} sessions`,
  prepare: (scale, seed, warn) => prepareMarket(marketOf(scale), seed, warn),
  async run(_, scale, seed) {
    const engine = openEngine(defaults({}))
    const output = await searchesOf(engine, scale, seed)
    engine.close()
    const bars = output.reduce((sum, outcome) => sum + barsOf(outcome.trials), 0)
    return { output, counters: countersOf(output), work: { unit: 'bars', amount: bars } }
  },
  canonical: (output) => JSON.stringify(output),
  diverge(baseline, candidate) {
    for (const [i, { trials }] of baseline.entries()) {
      const divergence = divergeTrials(trials, candidate[i]?.trials ?? [])
      if (divergence !== undefined)
        return { ...divergence, at: { search: i === 0 ? 'grid' : `bohb ${i}`, ...divergence.at } }
    }
    return undefined
  },
}

async function searchesOf(
  engine: Engine,
  scale: FidelitySearchScale,
  seed: number,
): Promise<FidelitySearches> {
  const { fast, slow, least, seeds, basisPoints } = scale
  const executors = executorsOf(engine, {
    bundle: marketDirectory(marketOf(scale), seed),
    signal: crossoverSignal(SHARES),
    range: { start: slow.to },
    slippage: { kind: 'fixed', basisPoints },
  })
  const grid = crossoverSpace(fast, slow)
  const days = crossoverSpace({ ...fast, step: 1 }, { ...slow, step: 1 })
  const trials = Math.floor(gridPoints(grid).length * PART)
  const bohb: OptimizeOptions = { method: 'bohb', trials, fidelity: { least } }
  const outcomes = [await optimize(grid, executors, { method: 'grid' })]
  for (const own of seeds) outcomes.push(await optimize(days, executors, { ...bohb, seed: own }))
  return outcomes
}

function executorsOf(engine: Engine, spec: SweepSpec): SearchExecutors {
  const { signal, ...conditions } = spec
  return {
    trials: engine.sweep(spec),
    backtests: inlineExecutor((task) => {
      const range = rangeOf(task, spec.range)
      return engine.backtest({
        ...conditions,
        ...(range !== undefined && { range }),
        algorithm: signalStrategy(signal, task.parameters),
      })
    }),
  }
}

function countersOf([grid, ...searches]: FidelitySearches): Record<string, number> {
  const shares = searches.map((search) => shareToReach(grid!, search))
  const counters: Record<string, number> = {}
  for (const [i, { fidelity }] of (searches[0]!.fidelityCorrelation ?? []).entries())
    counters[`bohb.correlation.${Math.round(1 / fidelity)}`] = medianOf(
      searches.map(({ fidelityCorrelation }) => fidelityCorrelation?.[i]?.correlation ?? 0),
    )
  const foretells = Object.values(counters).every((found) => found >= LEAST_CORRELATION)
  return { ...counters, ...(foretells && { 'bohb.barsShare': medianOf(shares) }) }
}

/**
 * The part of the grid's bars that a search delivered until a trial on all bars was as good as the
 * best of the grid; 1 if none was.
 */
function shareToReach(grid: OptimizeOutcome, { trials }: OptimizeOutcome): number {
  const reached = trials.findIndex(
    ({ fidelity, score = Number.NEGATIVE_INFINITY }) =>
      fidelity === undefined && score >= grid.best.score!,
  )
  return reached < 0 ? 1 : barsOf(trials.slice(0, reached + 1)) / barsOf(grid.trials)
}

function barsOf(trials: OptimizeOutcome['trials']): number {
  return trials.reduce((sum, { bars }) => sum + bars, 0)
}

/** Of an odd number of values. */
function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) / 2]!
}
