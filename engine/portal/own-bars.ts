import type { Bars } from '../market/bars.js'
import { oncePer } from '../once-per.js'

/**
 * The bars of an asset with a calendar of its own: its rows, without the slots in which only other
 * assets of the bundle trade.
 */
export interface OwnBars {
  /** Number of the asset's rows. */
  readonly length: number
  /** Element i is the position of row i in the dense columns. */
  readonly positions: Int32Array
  /** Number of rows among the first `slots` positions. */
  until(slots: number): number
  /** The rows of a dense column. */
  rowsOf(column: Float64Array): Float64Array
}

/**
 * The rows of one asset, found once for the same bars.
 *
 * @param bars  dense bars; a slot without a row has no close
 */
export const ownBars = oncePer(findRows)

function findRows(bars: Bars): OwnBars {
  const { close } = bars.ticks
  const counts = new Int32Array(close.length + 1)
  for (let i = 0; i < close.length; i++)
    counts[i + 1] = counts[i]! + (Number.isNaN(close[i]) ? 0 : 1)
  const length = counts[close.length]!
  const positions = new Int32Array(length)
  for (let i = 0; i < close.length; i++) if (counts[i + 1]! > counts[i]!) positions[counts[i]!] = i
  return {
    length,
    positions,
    until: (slots) => counts[Math.max(0, Math.min(slots, close.length))]!,
    rowsOf: (column) => Float64Array.from(positions, (position) => column[position]!),
  }
}
