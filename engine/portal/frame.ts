import { type ColumnTable, table } from 'arquero'
import { type AssetId, compareIds } from '../market/asset.js'
import type { Field } from '../market/bars.js'
import type { PriceWindow } from './price-window.js'

/**
 * The data frame of one asset: `date` and then the given fields, with the oldest row first.
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
 * The data frame of a list of assets: `date`, `asset` and then the fields, ordered by date and
 * then by asset.
 *
 * @param assets   in the order of `columns`
 * @param columns  one window per asset and field; those of one asset are adjacent, in the order of
 * the fields
 */
export function assetsFrame(
  dates: readonly Date[],
  assets: readonly AssetId[],
  fields: readonly Field[],
  columns: readonly PriceWindow[],
): ColumnTable {
  const order = byId(assets)
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

/**
 * The same frame for assets with calendars of their own, whose windows contain bars of different
 * sessions.
 *
 * @param datesAt   gives the dates of calendar indices
 * @param sessions  the calendar indices of each asset's window
 */
export function raggedFrame(
  datesAt: (sessions: Int32Array) => readonly Date[],
  sessions: readonly Int32Array[],
  assets: readonly AssetId[],
  fields: readonly Field[],
  columns: readonly PriceWindow[],
): ColumnTable {
  const rows = byId(assets)
    .flatMap((i) => Array.from(sessions[i]!, (session, row) => ({ i, row, session })))
    .sort((a, b) => a.session - b.session)
  const named: Record<string, readonly Date[] | readonly AssetId[] | PriceWindow> = {
    date: datesAt(Int32Array.from(rows, ({ session }) => session)),
    asset: rows.map(({ i }) => assets[i]!),
  }
  for (const [j, field] of fields.entries())
    named[field] = Float64Array.from(rows, ({ i, row }) => columns[i * fields.length + j]![row]!)
  return table(named)
}

/** Positions of the assets, ordered by id. An asset that is named twice keeps its order. */
function byId(assets: readonly AssetId[]): number[] {
  return assets.map((_, i) => i).sort((a, b) => compareIds(assets[a]!, assets[b]!) || a - b)
}

function interleaved(windows: readonly PriceWindow[], length: number): Float64Array {
  const out = new Float64Array(windows.length * length)
  for (let i = 0; i < windows.length; i++) {
    const window = windows[i]!
    for (let row = 0; row < length; row++) out[row * windows.length + i] = window[row]!
  }
  return out
}
