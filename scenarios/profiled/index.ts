import type { OptimizationConfig } from '../../engine/index.js'
import type { Workload } from '../../harness/contract.js'
import { type BacktestScale, backtestScenario, type Scenario } from './backtest-scenario.js'

const scale = (days: number, start: number, backtests: number): BacktestScale => ({
  days,
  start,
  backtests,
})

/**
 * Uses of the engine with different hot spots: various bar frequencies, strategies and numbers of
 * assets, and many starts.
 */
const SCENARIOS: readonly Scenario[] = [
  {
    id: 'daily-simple',
    title: 'daily bars, two averages',
    strategy: 'simple',
    assets: 10,
    scales: {
      smoke: scale(90, 60, 2),
      standard: scale(312, 60, 10),
      production: scale(2580, 60, 20),
    },
  },
  {
    id: 'daily-complex',
    title: 'daily bars, ranking with stop orders',
    strategy: 'complex',
    assets: 10,
    scales: {
      smoke: scale(90, 60, 2),
      standard: scale(312, 60, 10),
      production: scale(2580, 60, 20),
    },
  },
  {
    id: 'hourly-simple',
    title: 'hourly bars, two averages',
    strategy: 'simple',
    assets: 10,
    frequency: '1h',
    scales: { smoke: scale(15, 56, 2), standard: scale(90, 56, 5), production: scale(504, 56, 10) },
  },
  {
    id: 'hourly-complex',
    title: 'hourly bars, ranking with stop orders',
    strategy: 'complex',
    assets: 10,
    frequency: '1h',
    scales: { smoke: scale(15, 56, 2), standard: scale(90, 56, 5), production: scale(504, 56, 10) },
  },
  {
    id: 'minute-simple',
    title: 'minute bars, two averages',
    strategy: 'simple',
    assets: 10,
    frequency: '1m',
    scales: { smoke: scale(1, 300, 2), standard: scale(3, 60, 4), production: scale(21, 60, 4) },
  },
  {
    id: 'minute-complex',
    title: 'minute bars, ranking with stop orders',
    strategy: 'complex',
    assets: 10,
    frequency: '1m',
    scales: { smoke: scale(1, 300, 2), standard: scale(3, 60, 4), production: scale(21, 60, 4) },
  },
  ...([50, 100, 500] as const).map(
    (assets): Scenario => ({
      id: `assets-${assets}`,
      title: `${assets} assets, daily bars, two averages`,
      strategy: 'simple',
      assets,
      // The plain engine filters the whole table once per asset, so its time grows with the square
      // of the number of assets.
      scales: {
        smoke: scale(60, 55, 1),
        standard: assets > 100 ? scale(90, 60, 2) : scale(186, 60, 2),
        production: scale(312, 60, 4),
      },
    }),
  ),
  {
    id: 'batch-start',
    title: 'many backtests of a few bars: the cost of starting',
    strategy: 'simple',
    assets: 10,
    scales: {
      smoke: scale(60, 57, 20),
      standard: scale(260, 257, 120),
      production: scale(1260, 1257, 240),
    },
  },
]

/** Everything that is profiled in addition to the measured workloads. */
// biome-ignore lint/suspicious/noExplicitAny: scale and output are private to each workload
export const profiled: readonly Workload<OptimizationConfig, any, any>[] =
  SCENARIOS.map(backtestScenario)
