import {
  type AssetId,
  compareAverages,
  type IndicatorHandle,
  sma,
  type TradingAlgorithm,
} from '../../engine/index.js'
import type { SmaCrossover } from './sma-crossover.js'

/** An asset with its two averages. */
interface DeclaredAsset {
  readonly asset: AssetId
  readonly fast: IndicatorHandle
  readonly slow: IndicatorHandle
}

/**
 * `smaCrossover` with declared indicators instead of windows: the engine sums, the strategy only
 * compares. It places the same orders, because the sums are the same whole numbers, and because a
 * sum is NaN exactly where the other form reads no window or one that begins without a price.
 *
 * Errors differ in one case: a sum beyond 2^53 ticks is refused here (`precision`), while the other
 * form computes it in bigints.
 */
export function declaredCrossover({
  fast,
  slow,
  shares,
}: Omit<SmaCrossover, 'returnType'>): TradingAlgorithm {
  const declared: DeclaredAsset[] = []
  return {
    initialize(context) {
      declared.length = 0
      for (const asset of context.assets)
        declared.push({
          asset,
          fast: context.indicator(asset, sma(fast)),
          slow: context.indicator(asset, sma(slow)),
        })
    },
    handleData(context) {
      const { length } = declared
      // Not for … of: its iterator costs as much as the comparison.
      for (let i = 0; i < length; i++) {
        const own = declared[i]!
        const slowSum = own.slow.sum
        if (Number.isNaN(slowSum)) continue
        const direction = compareAverages(own.fast.sum, fast, slowSum, slow)
        if (direction > 0) context.orderTarget(own.asset, shares)
        else if (direction < 0) context.orderTarget(own.asset, 0)
      }
    },
  }
}
