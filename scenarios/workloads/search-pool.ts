import { performance } from 'node:perf_hooks'
import {
  canonical,
  type ObjectiveName,
  type OptimizationConfig,
  type SearchOutcome,
  search,
  workerPool,
} from '../../engine/index.js'
import type { Divergence, Workload } from '../../harness/contract.js'
import { marketDirectory, prepareMarket } from '../market/market-cache.js'
import { firstDivergence, parametersText } from './backtest-divergence.js'
import { CROSSOVER_MODULE, type CrossoverSearch } from './crossover-search.js'
import { type GridSearchScale, marketOf } from './grid-search.js'
import { crossoverSpace } from './search-space.js'

export interface SearchPoolScale extends GridSearchScale {
  readonly workers: number
  /** One search after the other. */
  readonly objectives: readonly ObjectiveName[]
}

const YEAR = 252

/**
 * Several searches of one market in worker threads, one after the other, as when a researcher
 * looks at the same grid by one objective after another. Each search keeps figures and runs its
 * winner again in full. A pass opens a pool and closes it; whether the threads outlive a search is
 * up to the configuration.
 *
 * The counters `search.firstMs` and `search.laterMs` are wall times of the first search, which
 * starts the threads in every configuration, and the mean of the others.
 */
export const searchPoolWorkload: Workload<
  OptimizationConfig,
  SearchPoolScale,
  readonly SearchOutcome[]
> = {
  id: 'search-pool',
  title: 'searches in worker threads, one after the other',
  parallel: true,
  // A pass starts its threads anew.
  passes: {
    smoke: { warmup: 1, iterations: 1 },
    standard: { warmup: 1, iterations: 2 },
    production: { warmup: 0, iterations: 1 },
  },
  scales: {
    smoke: {
      workers: 2,
      objectives: ['total-return', 'sharpe'],
      fast: { from: 5, to: 10, step: 5 },
      slow: { from: 30, to: 60, step: 30 },
      assets: 2,
      sessions: 60,
    },
    standard: {
      workers: 2,
      objectives: ['total-return', 'sharpe', 'max-drawdown', 'calmar'],
      fast: { from: 10, to: 30, step: 20 },
      slow: { from: 60, to: 140, step: 20 },
      assets: 10,
      sessions: YEAR,
    },
    production: {
      workers: 2,
      objectives: ['total-return', 'sharpe', 'max-drawdown', 'calmar'],
      fast: { from: 5, to: 50, step: 5 },
      slow: { from: 60, to: 250, step: 10 },
      assets: 8,
      sessions: 5 * YEAR,
    },
  },
  describe: ({ workers, objectives, assets, sessions, ...scale }) =>
    `${objectives.length} searches in ${workers} threads, ${assets} assets × ${sessions} sessions, windows up to ${scale.slow.to}`,
  prepare: (scale, seed, warn) => prepareMarket(marketOf(scale), seed, warn),
  async run(config, scale, seed) {
    const { workers, objectives, fast, slow } = scale
    const options: CrossoverSearch = {
      bundle: marketDirectory(marketOf(scale), seed),
      backtest: { range: { start: slow.to } },
      config,
    }
    const pool = workerPool({ module: CROSSOVER_MODULE, options, workers, config })
    const output: SearchOutcome[] = []
    const times: number[] = []
    try {
      for (const objective of objectives) {
        const begin = performance.now()
        output.push(
          await pool.search(
            (executors) => search(crossoverSpace(fast, slow), executors, { objective }),
            { objective },
          ),
        )
        times.push(performance.now() - begin)
      }
    } finally {
      await pool.close()
    }
    const { batches, tasks } = pool.statistics().total
    const [firstMs = 0, ...later] = times
    return {
      output,
      counters: {
        'search.firstMs': firstMs,
        'search.laterMs': later.reduce((sum, ms) => sum + ms, 0) / later.length,
        'workers.batches': batches,
        'workers.tasks': tasks,
      },
      work: { unit: 'bars', amount: barsOf(output) },
    }
  },
  canonical: (output) =>
    output
      .map(({ objective, trials, best }) =>
        [
          objective,
          ...trials.map((trial) => JSON.stringify(trial)),
          `best ${best.index} ${canonical(best.result)}`,
        ].join('\n'),
      )
      .join('\n'),
  diverge: firstDifference,
}

function barsOf(output: readonly SearchOutcome[]): number {
  return output
    .flatMap(({ trials, best }) => [...trials, best])
    .reduce((sum, { bars }) => sum + bars, 0)
}

/** The first figure of a trial that differs, then the first difference between two winners. */
function firstDifference(
  baseline: readonly SearchOutcome[],
  candidate: readonly SearchOutcome[],
): Divergence | undefined {
  for (let i = 0; i < Math.max(baseline.length, candidate.length); i++) {
    const [a, b] = [baseline[i], candidate[i]]
    const search = a?.objective ?? b?.objective ?? 'none'
    const divergence = divergeTrials(a?.trials ?? [], b?.trials ?? []) ?? divergeBest(a, b)
    if (divergence !== undefined) return { ...divergence, at: { search, ...divergence.at } }
  }
  return undefined
}

type Trials = SearchOutcome['trials']

/** The first difference between trials in the order of their tasks. */
export function divergeTrials(a: Trials, b: Trials): Divergence | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [own, other] = [JSON.stringify(a[i]), JSON.stringify(b[i])]
    if (own === other) continue
    const [before, after] = [a[i], b[i]] as readonly (
      | Readonly<Record<string, unknown>>
      | undefined
    )[]
    const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
    const field =
      [...fields].find(
        (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
      ) ?? 'trial'
    return {
      at: { backtest: parametersText((a[i] ?? b[i])!.parameters) },
      field,
      baseline: JSON.stringify(before?.[field]) ?? 'none',
      candidate: JSON.stringify(after?.[field]) ?? 'none',
    }
  }
  return undefined
}

function divergeBest(
  a: SearchOutcome | undefined,
  b: SearchOutcome | undefined,
): Divergence | undefined {
  const labelled = (outcome: SearchOutcome | undefined) =>
    outcome === undefined
      ? []
      : [
          {
            label: `best · ${parametersText(outcome.best.parameters)}`,
            result: outcome.best.result,
          },
        ]
  return firstDivergence(labelled(a), labelled(b))
}
