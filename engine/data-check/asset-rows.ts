import type { BarTable } from '../bundle/bar-table.js'

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
export function rowsByAsset(table: BarTable): AssetRows[] {
  const found: AssetRows[] = []
  let first = 0
  for (let row = 1; row <= table.rows; row++) {
    if (row < table.rows && table.asset[row] === table.asset[first]) continue
    found.push({
      asset: table.asset[first]!,
      session: table.session.subarray(first, row),
      open: table.open.subarray(first, row),
      close: table.close.subarray(first, row),
      volume: table.volume.subarray(first, row),
    })
    first = row
  }
  return found
}
