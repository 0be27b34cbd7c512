import { type BacktestResult, Money } from '../../../engine/index.js'
import { packFills, type SpeedData, type SpeedResult } from '../speed-engine.js'

/** Reads the results of our engine in the words of the comparison. */
export function resultReader({
  times,
  names,
  priceScale,
}: SpeedData): (result: BacktestResult) => SpeedResult {
  const barOf = new Map(Array.from(times, (time, bar) => [time, bar]))
  const assetOf = new Map(names.map((name, asset) => [name, asset]))
  const ticksOf = (text: string) => new Money(text).times(10 ** priceScale).toNumber()
  return ({ fills, finalEquity }) => ({
    fills: packFills(
      fills.map(({ asset, date, shares, price }) => ({
        asset: assetOf.get(asset) ?? Number.NaN,
        bar: barOf.get(Date.parse(date.length === 10 ? date : `${date}Z`)) ?? Number.NaN,
        shares,
        ticks: ticksOf(price),
      })),
    ),
    equity: ticksOf(finalEquity),
  })
}
