import { assetRuns, type BarTable } from '../bundle/bar-table.js'

/** The traded bars of one asset, as views of the long table. */
export interface AssetRows {
  readonly asset: string
  /** Calendar index of each bar. */
  readonly session: Int32Array
  readonly open: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

/** The rows of every asset, in the order of the table. */
export function rowsByAsset(table: BarTable): readonly AssetRows[] {
  return assetRuns(table).map(({ asset, first, last }) => ({
    asset,
    session: table.session.subarray(first, last),
    open: table.open.subarray(first, last),
    close: table.close.subarray(first, last),
    volume: table.volume.subarray(first, last),
  }))
}
