import { type BacktestResult, Money, openEngine, pureBaseline } from '../../../engine/index.js'
import { crossoverOf } from '../../workloads/search-space.js'
import { CASH, type Combination } from '../combinations.js'
import {
  type EngineSetting,
  type OpenedEngine,
  packFills,
  type SpeedData,
  type SpeedResult,
} from '../speed-engine.js'

/**
 * Our engine under one configuration, with the strategy that the configuration allows. The engine
 * is opened once, so what it keeps between backtests is warm after the first run.
 */
export function openSpeedEngine(
  data: SpeedData,
  { config = pureBaseline() }: EngineSetting,
): OpenedEngine<BacktestResult[]> {
  const engine = openEngine(config)
  const barOf = new Map(Array.from(data.times, (time, bar) => [time, bar]))
  const assetOf = new Map(data.names.map((name, asset) => [name, asset]))
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
    results: (output) =>
      output.map((result) => resultOf(result, { barOf, assetOf, priceScale: data.priceScale })),
    close: () => engine.close(),
  }
}

interface Places {
  readonly barOf: ReadonlyMap<number, number>
  readonly assetOf: ReadonlyMap<string, number>
  readonly priceScale: number
}

function resultOf(
  { fills, finalEquity }: BacktestResult,
  { barOf, assetOf, priceScale }: Places,
): SpeedResult {
  const ticksOf = (text: string) => new Money(text).times(10 ** priceScale).toNumber()
  return {
    fills: packFills(
      fills.map(({ asset, date, shares, price }) => ({
        asset: assetOf.get(asset) ?? Number.NaN,
        bar: barOf.get(Date.parse(date.length === 10 ? date : `${date}Z`)) ?? Number.NaN,
        shares,
        ticks: ticksOf(price),
      })),
    ),
    equity: ticksOf(finalEquity),
  }
}
