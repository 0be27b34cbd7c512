import type { Context, Portal, ReturnType, TradingAlgorithm } from '../../engine/index.js'

export interface RankedMomentum {
  /** Number of bars that every indicator uses, ≥ 30. */
  readonly lookback: number
  /** Bars between two rankings. */
  readonly every: number
  /** Fraction of the ranked assets to hold. */
  readonly held: number
  /** The form in which the strategy reads history. */
  readonly returnType: ReturnType
}

const STRENGTH_BARS = 14
/** A held asset is sold when it falls by this fraction below its price at the ranking. */
const STOP = 0.1

/**
 * A strategy that computes more than two averages. At every ranking it scores each asset by its
 * momentum over its volatility, its relative strength and the trend of its volume. It holds the
 * best assets in equal parts, and protects each by a stop order until the next ranking.
 */
export function rankedMomentum(parameters: RankedMomentum): TradingAlgorithm {
  const { every, held } = parameters
  let bar = 0
  return {
    handleData(context, data) {
      if (bar++ % every !== 0) return
      const best = bestByMomentum(rankable(context, data, parameters), held)
      rebalance(context, data, new Set(best.map(({ asset }) => asset)))
    },
  }
}

/** An asset to rank, with as many closes (filled forward) as volumes, oldest first. */
export interface AssetWindow {
  readonly asset: string
  readonly price: ArrayLike<number>
  readonly volume: ArrayLike<number>
}

/** The assets to rank, that is, those with a price and enough history. */
export function rankable(
  context: Context,
  data: Portal,
  parameters: RankedMomentum,
): AssetWindow[] {
  return context.assets
    .filter((asset) => data.available(asset) >= parameters.lookback && data.canTrade(asset))
    .map((asset) => ({ asset, ...windows(data, asset, parameters) }))
}

/**
 * The strategy's arithmetic: scores each asset and selects those with the highest scores.
 *
 * @param held the fraction to select of the assets that have a score; at least one asset is
 * selected
 * @returns the selected assets, the best first; equal scores are sorted by name
 */
export function bestByMomentum<Window extends AssetWindow>(
  assets: readonly Window[],
  held: number,
): Window[] {
  const ranked = assets
    .map((window) => ({ window, score: scoreOf(window) }))
    .filter(({ score }) => Number.isFinite(score))
    .sort((a, b) => b.score - a.score || (a.window.asset < b.window.asset ? -1 : 1))
  return ranked.slice(0, Math.max(1, Math.round(held * ranked.length))).map(({ window }) => window)
}

/** Holds the best assets in equal parts, with a stop order below each, and sells all others. */
function rebalance(context: Context, data: Portal, best: ReadonlySet<string>): void {
  for (const order of context.openOrders()) context.cancel(order)
  for (const asset of context.assets) {
    const position = context.portfolio.position(asset)
    if (!best.has(asset)) {
      if (position !== 0) context.orderTarget(asset, 0)
      continue
    }
    context.orderTargetPercent(asset, 0.9 / best.size)
    // Stops are placed in whole cents, like the prices of the market.
    if (position > 0)
      context.order(asset, -position, {
        stop: Math.floor(data.current(asset, 'price') * (1 - STOP) * 100) / 100,
      })
  }
}

type PriceAndVolume = Omit<AssetWindow, 'asset'>

function windows(
  data: Portal,
  asset: string,
  { lookback, returnType }: RankedMomentum,
): PriceAndVolume {
  if (returnType === 'array') {
    const block = data.history([asset], ['price', 'volume'], lookback, data.frequency, {
      returnType,
    })
    return { price: block.column(asset, 'price'), volume: block.column(asset, 'volume') }
  }
  const frame = data.history(asset, ['price', 'volume'], lookback, data.frequency)
  return {
    price: frame.column('price') as Float64Array,
    volume: frame.column('volume') as Float64Array,
  }
}

/**
 * Momentum per volatility, times factors for relative strength and growing volume; NaN if a price
 * is missing.
 */
function scoreOf({ price, volume }: PriceAndVolume): number {
  const last = price.length - 1
  let sum = 0
  let squares = 0
  let gained = 0
  let lost = 0
  for (let i = 1; i <= last; i++) {
    const change = Math.log(price[i]! / price[i - 1]!)
    sum += change
    squares += change * change
    if (i <= last - STRENGTH_BARS) continue
    if (change > 0) gained += change
    else lost -= change
  }
  const variance = Math.max(squares / last - (sum / last) ** 2, 1e-12)
  const strength = gained + lost === 0 ? 0.5 : gained / (gained + lost)
  return (sum / Math.sqrt(variance * last)) * (0.5 + strength) * volumeTrend(volume)
}

/** Mean volume of the later half divided by that of the earlier half, limited to ½ … 2. */
function volumeTrend(volume: ArrayLike<number>): number {
  const middle = volume.length >> 1
  let earlier = 0
  let later = 0
  for (let i = 0; i < volume.length; i++) {
    if (i < middle) earlier += volume[i]!
    else later += volume[i]!
  }
  return earlier === 0 ? 1 : Math.min(2, Math.max(0.5, later / earlier))
}
