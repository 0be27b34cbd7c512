import type { AssetHistory } from '../portal/asset-history.js'

/** The price of each asset of a backtest at the current bar, in ticks. */
export interface CurrentPrices {
  /** NaN before the first trade. @param asset  its number in the backtest */
  ticks(asset: number): number
}

/** The prices of the given assets, by their place in the list. */
export function currentPrices(histories: readonly AssetHistory[]): CurrentPrices {
  return { ticks: (asset) => histories[asset]!.currentTicks('price') }
}
