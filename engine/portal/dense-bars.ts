import type { BarTable } from '../bundle/bar-table.js'
import type { Asset } from '../market/asset.js'
import type { Bars, SessionRange } from '../market/bars.js'
import { lowerBound } from '../market/calendar.js'

/** Rows as parallel columns. The rows of one asset ascend by session. */
export type BarRows = Pick<BarTable, 'session' | 'ticks'>

/**
 * Spreads the rows of one asset over the calendar: one element per slot of `range`, from the
 * asset's first session to the end of the range. Slots without a row, also those after its last
 * session, get NaN, and volume 0. An asset that ended before the range has no slot.
 *
 * @param rows   ascending by session
 * @param first  first row of the asset, inclusive
 * @param last   last row of the asset, exclusive; rows outside the range are skipped
 * @returns new columns, which do not share memory with `rows`
 */
export function denseBars(
  asset: Asset,
  rows: BarRows,
  range: SessionRange,
  first = 0,
  last = rows.session.length,
): Bars {
  const from = Math.max(range.from, asset.firstSession)
  const length = asset.lastSession < range.from ? 0 : Math.max(0, range.to - from)
  const start = lowerBound(rows.session, from, first, last)
  const end = lowerBound(rows.session, from + length, start, last)
  const hasGaps = end - start < length
  const spread = (column: Float64Array, untraded: number): Float64Array =>
    hasGaps
      ? spreadColumn(column, rows.session, start, end, from, length, untraded)
      : column.slice(start, end)
  const { open, high, low, close, volume } = rows.ticks
  return {
    asset: asset.id,
    firstSession: from,
    length,
    ticks: {
      open: spread(open, Number.NaN),
      high: spread(high, Number.NaN),
      low: spread(low, Number.NaN),
      close: spread(close, Number.NaN),
      volume: spread(volume, 0),
    },
    hasGaps,
  }
}

function spreadColumn(
  column: Float64Array,
  session: Int32Array,
  start: number,
  end: number,
  from: number,
  length: number,
  untraded: number,
): Float64Array {
  const out = new Float64Array(length).fill(untraded)
  for (let row = start; row < end; row++) out[session[row]! - from] = column[row]!
  return out
}
