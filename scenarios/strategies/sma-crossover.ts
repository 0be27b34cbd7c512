import {
  type AssetId,
  type Context,
  compareAverages,
  type Portal,
  type ReturnType,
  type TradingAlgorithm,
  tickSum,
} from '../../engine/index.js'

export interface SmaCrossover {
  /** Bars of the fast average, ≥ 1. */
  readonly fast: number
  /** Bars of the slow average, > fast. */
  readonly slow: number
  /** Shares held while the fast average is above the slow one. */
  readonly shares: number
  /** The form in which the strategy reads history. */
  readonly returnType: ReturnType
}

/**
 * The SMA crossover, exactly: long-only, fixed shares. At each bar with a history of `slow` bars:
 * if the fast average is above the slow one, hold `shares`; if it is below, hold none; if both are
 * equal, change nothing. Averages are compared as exact integers, so ties are exact.
 *
 * The strategy uses `price`, which is filled forward, so that a halted session repeats the close
 * before it.
 */
export function smaCrossover(parameters: SmaCrossover): TradingAlgorithm {
  return {
    handleData(context, data) {
      for (const asset of context.assets) tradeAsset(context, data, asset, parameters)
    },
  }
}

function tradeAsset(
  context: Context,
  data: Portal,
  asset: AssetId,
  parameters: SmaCrossover,
): void {
  const { fast, slow, shares } = parameters
  if (data.available(asset) < slow) return
  const prices = priceWindow(data, asset, parameters)
  // An asset has a price from its first trade on, so checking the oldest price is enough.
  if (Number.isNaN(prices[0])) return
  const direction = crossoverDirection(prices, fast, slow, context.ticksPerUnit)
  if (direction > 0) context.orderTarget(asset, shares)
  else if (direction < 0) context.orderTarget(asset, 0)
}

/**
 * The strategy's arithmetic: it sums each of the two averages again and compares them.
 *
 * @param prices  closes filled forward, at least `slow` of them, oldest first
 * @param power   ticks per unit of price
 * @returns 1 if the fast average is above, −1 if it is below, 0 if both are equal
 */
export function crossoverDirection(
  prices: ArrayLike<number>,
  fast: number,
  slow: number,
  power: number,
): -1 | 0 | 1 {
  const slowSum = tickSum(prices, power, prices.length - slow)
  const fastSum = tickSum(prices, power, prices.length - fast)
  return compareAverages(fastSum, fast, slowSum, slow)
}

function priceWindow(
  data: Portal,
  asset: string,
  { slow, returnType }: SmaCrossover,
): ArrayLike<number> {
  if (returnType === 'array')
    return data.history(asset, 'price', slow, data.frequency, { returnType })
  // `column` returns the Float64Array from which the frame was made. `array` would copy it row by
  // row through a closure (5 to 7 µs for a hundred bars) and make the baseline needlessly slow.
  return data.history(asset, 'price', slow, data.frequency).column('price') as Float64Array
}
