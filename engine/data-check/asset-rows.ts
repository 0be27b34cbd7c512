import { assetRuns, type BarTable } from '../bundle/bar-table.js'
import { powerOfTen } from '../market/money.js'

/** The traded bars of one asset, as views of the long table. */
export interface AssetRows {
  readonly asset: string
  /** Calendar index of each bar. */
  readonly session: Int32Array
  /** In ticks. */
  readonly open: Float64Array
  /** In ticks. */
  readonly close: Float64Array
  /** In units of volume. */
  readonly volume: Float64Array
  /** Ticks per unit of price. */
  readonly power: number
}

/**
 * The rows of every asset, in the order of the table.
 *
 * @param priceScale  decimal places of a tick
 */
export function rowsByAsset(table: BarTable, priceScale: number): readonly AssetRows[] {
  const power = powerOfTen(priceScale)
  return assetRuns(table).map(({ asset, first, last }) => ({
    asset,
    session: table.session.subarray(first, last),
    open: table.ticks.open.subarray(first, last),
    close: table.ticks.close.subarray(first, last),
    volume: table.ticks.volume.subarray(first, last),
    power,
  }))
}
