import { CASH, type Combination, SHARES } from '../combinations.js'
import { sumsByLength } from '../rolling-sums.js'
import {
  type OpenedEngine,
  packFills,
  type SpeedBars,
  type SpeedData,
  type SpeedFill,
} from '../speed-engine.js'

/** What one backtest of one asset did: the bars of its fills, which alternate, and its gain. */
interface Crossings {
  readonly bars: readonly number[]
  readonly gainTicks: number
}

/**
 * The limit: what the task costs if there is no engine. Sums of each length are made once per run,
 * and a backtest is a loop over typed arrays, without events, orders, money or dates.
 */
export function openSpeedEngine({ assets, priceScale }: SpeedData): OpenedEngine<Crossings[][]> {
  return {
    run: (combinations) => runAll(assets, combinations),
    results: (output) =>
      output.map((crossings) => ({
        fills: packFills(crossings.flatMap((one, asset) => fillsOf(one, asset, assets[asset]!))),
        equity: crossings.reduce((sum, { gainTicks }) => sum + gainTicks, CASH * 10 ** priceScale),
      })),
    close: () => {},
  }
}

function runAll(assets: readonly SpeedBars[], combinations: readonly Combination[]): Crossings[][] {
  const sums = assets.map(({ close }) => sumsByLength(close, combinations))
  return combinations.map(({ fast, slow }) =>
    assets.map((asset, i) => {
      const [fastSums, slowSums] = [sums[i]!.get(fast)!, sums[i]!.get(slow)!]
      return cross(asset, { fast, slow, fastSums, slowSums })
    }),
  )
}

interface Averages extends Combination {
  readonly fastSums: Float64Array
  readonly slowSums: Float64Array
}

/** One backtest of one asset. Products of sums and lengths are whole numbers below 2^53. */
function cross(
  { open, close }: SpeedBars,
  { fast, slow, fastSums, slowSums }: Averages,
): Crossings {
  const last = close.length - 1
  const bars: number[] = []
  let held = false
  let gain = 0
  for (let bar = slow - 1; bar < last; bar++) {
    const above = fastSums[bar]! * slow - slowSums[bar]! * fast
    if (held ? above < 0 : above > 0) {
      gain += held ? open[bar + 1]! : -open[bar + 1]!
      held = !held
      bars.push(bar + 1)
    }
  }
  if (held) gain += close[last]!
  return { bars, gainTicks: gain * SHARES }
}

function fillsOf({ bars }: Crossings, asset: number, { open }: SpeedBars): SpeedFill[] {
  return bars.map((bar, i) => ({
    asset,
    bar,
    shares: i % 2 === 0 ? SHARES : -SHARES,
    ticks: open[bar]!,
  }))
}
