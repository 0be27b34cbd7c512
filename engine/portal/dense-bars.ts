import type { BarTable } from '../bundle/bar-table.js'
import type { Asset } from '../market/asset.js'
import type { Bars, SessionRange } from '../market/bars.js'
import { lowerBound } from '../market/calendar.js'

/** Rows as parallel columns. The rows of one asset ascend by session. */
export type BarRows = Pick<BarTable, 'session' | 'open' | 'high' | 'low' | 'close' | 'volume'>

/**
 * Spreads the rows of one asset over the calendar: one element per slot of `range`, from the
 * asset's first to its last session. Slots without a row get NaN, and volume 0.
 *
 * @param asset  the range is cut to its first and last session
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
  const { from, length } = clipToLife(asset, range)
  const start = lowerBound(rows.session, from, first, last)
  const end = lowerBound(rows.session, from + length, start, last)
  const hasGaps = end - start < length
  const spread = (column: Float64Array, untraded: number): Float64Array =>
    hasGaps
      ? spreadColumn(column, rows.session, start, end, from, length, untraded)
      : column.slice(start, end)
  return {
    asset: asset.id,
    firstSession: from,
    length,
    open: spread(rows.open, Number.NaN),
    high: spread(rows.high, Number.NaN),
    low: spread(rows.low, Number.NaN),
    close: spread(rows.close, Number.NaN),
    volume: spread(rows.volume, 0),
    hasGaps,
  }
}

/**
 * The same bars extended to calendar index `to`. Slots after the asset's last session are
 * untraded. Returns `bars` itself if it already reaches that far.
 */
export function extendBars(bars: Bars, to: number): Bars {
  const length = to - bars.firstSession
  if (length <= bars.length) return bars
  const extend = (column: Float64Array, untraded: number): Float64Array => {
    const longer = new Float64Array(length).fill(untraded, column.length)
    longer.set(column)
    return longer
  }
  return {
    asset: bars.asset,
    firstSession: bars.firstSession,
    length,
    open: extend(bars.open, Number.NaN),
    high: extend(bars.high, Number.NaN),
    low: extend(bars.low, Number.NaN),
    close: extend(bars.close, Number.NaN),
    volume: extend(bars.volume, 0),
    hasGaps: true,
  }
}

function clipToLife(
  asset: Asset,
  range: SessionRange,
): { readonly from: number; readonly length: number } {
  const from = Math.max(range.from, asset.firstSession)
  return { from, length: Math.max(0, Math.min(range.to, asset.lastSession + 1) - from) }
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
