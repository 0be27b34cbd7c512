import { type BacktestResult, openEngine, pureBaseline } from '../../../engine/index.js'
import { crossoverOf } from '../../workloads/search-space.js'
import { CASH, type Combination } from '../combinations.js'
import type { EngineSetting, OpenedEngine, SpeedData } from '../speed-engine.js'
import { resultReader } from './assay-results.js'

/**
 * Our engine under one configuration, with the strategy that the configuration allows. The engine
 * is opened once, so what it keeps between backtests is warm after the first run.
 */
export function openSpeedEngine(
  data: SpeedData,
  { config = pureBaseline() }: EngineSetting,
): OpenedEngine<BacktestResult[]> {
  const engine = openEngine(config)
  return {
    async run(combinations: readonly Combination[]) {
      const results: BacktestResult[] = []
      for (const { fast, slow } of combinations)
        results.push(
          await engine.backtest({
            bundle: data.bundle,
            algorithm: crossoverOf({ fast, slow }, config),
            cash: CASH,
          }),
        )
      return results
    },
    results: (output) => output.map(resultReader(data)),
    close: () => engine.close(),
  }
}
