import {
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
  /** In which form the strategy asks the portal for history. */
  readonly returnType: ReturnType
}

/**
 * The SMA crossover, exactly: long-only, fixed shares. At each bar with `slow` known closes, fast
 * average above the slow one → hold `shares`, below → hold none, equal → keep. Averages are
 * compared as exact integers, so a tie is a tie.
 *
 * Uses `price`, the last known close, so a halted session repeats the close before it.
 */
export function smaCrossover(parameters: SmaCrossover): TradingAlgorithm {
  const { fast, slow, shares } = parameters
  return {
    handleData(context, data) {
      for (const asset of context.assets) {
        if (data.available(asset) < slow) continue
        const prices = priceWindow(data, asset, parameters)
        // Before its first trade an asset has no price; from then on it always has one.
        if (Number.isNaN(prices[0])) continue
        const direction = crossoverDirection(prices, fast, slow, context.ticksPerUnit)
        if (direction > 0) context.orderTarget(asset, shares)
        else if (direction < 0) context.orderTarget(asset, 0)
      }
    },
  }
}

/**
 * The strategy's arithmetic: which of the two averages is above, each summed anew.
 *
 * @param prices  the last known closes, at least `slow` of them, oldest first
 * @param power   ticks per unit of price
 * @returns 1: the fast average is above; −1: below; 0: equal
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
  // `column` is the very Float64Array the frame was made of; `array` would copy it row by row
  // through a closure, 5 to 7 µs for a hundred bars, and nobody who knows Arquero would read a
  // whole column that way.
  return data.history(asset, 'price', slow, data.frequency).column('price') as Float64Array
}
