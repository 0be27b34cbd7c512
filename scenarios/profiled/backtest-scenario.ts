import {
  type BacktestResult,
  canonical,
  type OptimizationConfig,
  openEngine,
  returnTypeOf,
  type TradingAlgorithm,
} from '../../engine/index.js'
import type { ScaleName, Workload } from '../../harness/contract.js'
import { formatCounted } from '../../harness/text/format.js'
import { marketDirectory, prepareMarket } from '../market/market-cache.js'
import type { MarketSize } from '../market/resample.js'
import { rankedMomentum } from '../strategies/ranked-momentum.js'
import { smaCrossover } from '../strategies/sma-crossover.js'
import { firstDivergence, numbered } from '../workloads/backtest-divergence.js'
import { type CrossoverTask, crossoverReference } from '../workloads/crossover-reference.js'
import { type MomentumTask, momentumReference } from './momentum-reference.js'

/** One pass of a scenario: several backtests of one strategy on one market, by one engine. */
export interface BacktestScale {
  /** Number of trading days, including the warm-up. */
  readonly days: number
  /** Calendar index of the first traded bar. */
  readonly start: number
  readonly backtests: number
}

/** A point of the profiled matrix. */
export interface Scenario {
  readonly id: string
  readonly title: string
  readonly strategy: 'simple' | 'complex'
  readonly assets: number
  readonly frequency?: '1h' | '1m'
  readonly scales: Readonly<Record<ScaleName, BacktestScale>>
}

/** Window lengths of the first backtest. Each later backtest uses a longer fast window. */
const FAST = 5
const SLOW = 50
const SHARES = 10

/** The workload of a scenario. It is only profiled and never measured for a verdict. */
export function backtestScenario(
  scenario: Scenario,
): Workload<OptimizationConfig, BacktestScale, readonly BacktestResult[]> {
  const { id, title, strategy, scales } = scenario
  const sizeOf = ({ days }: BacktestScale): MarketSize => ({
    assets: scenario.assets,
    sessions: days,
    ...(scenario.frequency !== undefined && { frequency: scenario.frequency }),
  })
  return {
    id,
    title,
    scales,
    describe: ({ days, backtests }) =>
      `${formatCounted(backtests, 'backtest')} × ${scenario.assets} assets × ${formatCounted(days, 'day')} of ${scenario.frequency ?? '1d'} bars, warm-up included`,
    prepare: (scale, seed, warn) => prepareMarket(sizeOf(scale), seed, warn),
    async run(config, scale, seed) {
      const bundle = marketDirectory(sizeOf(scale), seed)
      const engine = openEngine(config)
      const output: BacktestResult[] = []
      for (let number = 0; number < scale.backtests; number++) {
        output.push(
          await engine.backtest({
            bundle,
            algorithm: algorithmOf(strategy, number, config),
            range: { start: scale.start },
          }),
        )
      }
      const counters = engine.counters()
      engine.close()
      return { output, counters, work: { unit: 'bars', amount: counters['engine.bars'] ?? 0 } }
    },
    reference(scale, seed) {
      const bundle = marketDirectory(sizeOf(scale), seed)
      return strategy === 'simple'
        ? crossoverReference(bundle, crossoverTasks(scale))
        : momentumReference(bundle, momentumTasks(scale))
    },
    canonical: (results) => results.map(canonical).join('\n'),
    diverge: (baseline, candidate) => firstDivergence(numbered(baseline), numbered(candidate)),
  }
}

function algorithmOf(
  strategy: Scenario['strategy'],
  number: number,
  config: OptimizationConfig,
): TradingAlgorithm {
  const returnType = returnTypeOf(config)
  if (strategy === 'simple')
    return smaCrossover({ fast: fastOf(number), slow: SLOW, shares: SHARES, returnType })
  return rankedMomentum({ ...momentumOf(number), returnType })
}

function momentumOf(number: number) {
  return { lookback: SLOW, every: 5 + number, held: 0.25 }
}

function momentumTasks({ backtests, start }: BacktestScale): MomentumTask[] {
  return Array.from({ length: backtests }, (_, number) => ({
    parameters: momentumOf(number),
    range: { start },
  }))
}

function crossoverTasks({ backtests, start }: BacktestScale): CrossoverTask[] {
  return Array.from({ length: backtests }, (_, number) => ({
    parameters: { fast: fastOf(number), slow: SLOW },
    range: { start },
  }))
}

function fastOf(number: number): number {
  return FAST + (number % (SLOW - FAST - 1))
}
