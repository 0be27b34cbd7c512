import dataForge from 'data-forge'
import { backtest, type IBar, type ITrade } from 'grademark'
import { CASH, type Combination, SHARES } from '../combinations.js'
import { sumsByLength } from '../rolling-sums.js'
import {
  type EngineSetting,
  type OpenedEngine,
  packFills,
  type SpeedBars,
  type SpeedData,
  type SpeedResult,
} from '../speed-engine.js'

/** A bar as grademark reads it, with its number, and whether the strategy decides at its end. */
interface NumberedBar extends IBar {
  readonly index: number
  readonly decides: boolean
}

type Frame = dataForge.IDataFrame<number, NumberedBar>

/**
 * grademark, used as fast as it can be: its data frames are made once, and the strategy reads sums
 * that are made once per length and run, as in the limit loop. Prices are whole ticks, so its
 * floats are exact. It evaluates no rule on the bar in which an order is filled; `halves` feeds
 * each bar as two, its open and its close, so that rules see every close.
 */
export function openSpeedEngine(
  { assets, times, priceScale }: SpeedData,
  { halves = false }: EngineSetting,
): OpenedEngine<ITrade[][][]> {
  const frames = assets.map((asset) => frameOf(asset, times, halves))
  const barOf = new Map(Array.from(times, (time, bar) => [time, bar]))
  return {
    run(combinations) {
      const sums = assets.map(({ close }) => sumsByLength(close, combinations))
      return combinations.map((combination) =>
        frames.map((frame, i) => runOne(frame, combination, sums[i]!)),
      )
    },
    results: (output) => output.map((trades) => resultOf(trades, barOf, priceScale)),
    close: () => {},
  }
}

function frameOf(bars: SpeedBars, times: Float64Array, halves: boolean): Frame {
  const { open, high, low, close, volume } = bars
  const rows = Array.from(times, (time, index) => {
    const whole: NumberedBar = {
      time: new Date(time),
      open: open[index]!,
      high: high[index]!,
      low: low[index]!,
      close: close[index]!,
      volume: volume[index]!,
      index,
      decides: true,
    }
    const { open: price } = whole
    const atOpen = { ...whole, high: price, low: price, close: price, volume: 0, decides: false }
    return halves ? [atOpen, whole] : [whole]
  })
  return new dataForge.DataFrame<number, NumberedBar>(rows.flat()).bake()
}

function runOne(
  frame: Frame,
  { fast, slow }: Combination,
  sums: ReadonlyMap<number, Float64Array>,
): ITrade[] {
  const fastSums = sums.get(fast)!
  const slowSums = sums.get(slow)!
  const above = ({ index, decides }: NumberedBar) =>
    decides && index >= slow - 1 ? fastSums[index]! * slow - slowSums[index]! * fast : 0
  return backtest<NumberedBar, NumberedBar, object, number>(
    {
      entryRule: (enterPosition, { bar }) => {
        if (above(bar) > 0) enterPosition()
      },
      exitRule: (exitPosition, { bar }) => {
        if (above(bar) < 0) exitPosition()
      },
    },
    frame,
  )
}

/** A trade that is open at the end has no second fill; grademark values it at the last close. */
function resultOf(
  trades: readonly (readonly ITrade[])[],
  barOf: ReadonlyMap<number, number>,
  priceScale: number,
): SpeedResult {
  const fillOf = (asset: number, time: Date, shares: number, ticks: number) => ({
    asset,
    bar: barOf.get(time.getTime()) ?? Number.NaN,
    shares,
    ticks,
  })
  return {
    fills: packFills(
      trades.flatMap((ofAsset, asset) =>
        ofAsset.flatMap(({ entryTime, entryPrice, exitTime, exitPrice, exitReason }) => [
          fillOf(asset, entryTime, SHARES, entryPrice),
          ...(exitReason === 'finalize' ? [] : [fillOf(asset, exitTime, -SHARES, exitPrice)]),
        ]),
      ),
    ),
    equity: trades
      .flat()
      .reduce(
        (sum, { entryPrice, exitPrice }) => sum + SHARES * (exitPrice - entryPrice),
        CASH * 10 ** priceScale,
      ),
  }
}
