import { type ColumnTable, table } from 'arquero'
import type { AssetId } from '../market/asset.js'
import type { Field } from '../market/bars.js'
import type { PriceWindow } from './price-window.js'

/**
 * The data frame of one asset: `date`, then the given fields, oldest row first.
 *
 * @param dates    one JS Date (UTC) per bar
 * @param columns  one window per field
 */
export function assetFrame(
  dates: readonly Date[],
  fields: readonly Field[],
  columns: readonly PriceWindow[],
): ColumnTable {
  const named: Record<string, readonly Date[] | PriceWindow> = { date: dates }
  for (let j = 0; j < fields.length; j++) named[fields[j]!] = columns[j]!
  return table(named)
}

/**
 * The data frame of a list of assets: `date`, `asset`, then the fields; ordered by date, then
 * asset.
 *
 * @param assets   in the order of `columns`
 * @param columns  asset by asset, within it field by field
 */
export function assetsFrame(
  dates: readonly Date[],
  assets: readonly AssetId[],
  fields: readonly Field[],
  columns: readonly PriceWindow[],
): ColumnTable {
  const order = assets
    .map((_, i) => i)
    .sort((a, b) => (assets[a]! < assets[b]! ? -1 : assets[a]! > assets[b]! ? 1 : a - b))
  const named: Record<string, readonly Date[] | readonly AssetId[] | PriceWindow> = {
    date: dates.flatMap((date) => assets.map(() => date)),
    asset: dates.flatMap(() => order.map((i) => assets[i]!)),
  }
  for (const [j, field] of fields.entries()) {
    const windows = order.map((i) => columns[i * fields.length + j]!)
    named[field] = interleaved(windows, dates.length)
  }
  return table(named)
}

function interleaved(windows: readonly PriceWindow[], length: number): Float64Array {
  const out = new Float64Array(windows.length * length)
  for (let i = 0; i < windows.length; i++) {
    const window = windows[i]!
    for (let row = 0; row < length; row++) out[row * windows.length + i] = window[row]!
  }
  return out
}
