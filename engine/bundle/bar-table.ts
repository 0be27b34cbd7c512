import type { TickColumns } from '../market/bars.js'

/**
 * The long table of a bundle as decoded and checked: one row per (asset, slot) that traded,
 * ordered by asset, then time. Prices are whole ticks of 10^-priceScale and volumes whole units of
 * 10^-volumeScale, each at most 2^51.
 */
export interface BarTable {
  readonly rows: number
  readonly asset: readonly string[]
  /** Calendar index of each row. */
  readonly session: Int32Array
  readonly ticks: TickColumns
}

/** The rows of one asset in a long table: `first` inclusive, `last` exclusive. */
export interface AssetRun {
  readonly asset: string
  readonly first: number
  readonly last: number
}

/** Finds the rows of every asset in one pass, since the table is ordered by asset. */
export function assetRuns({ rows, asset }: Pick<BarTable, 'rows' | 'asset'>): readonly AssetRun[] {
  const runs: AssetRun[] = []
  let first = 0
  for (let row = 1; row <= rows; row++) {
    if (row < rows && asset[row] === asset[first]) continue
    runs.push({ asset: asset[first]!, first, last: row })
    first = row
  }
  return runs
}
