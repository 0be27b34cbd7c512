import type { Adjustment } from '../market/adjustments.js'
import type { AssetId } from '../market/asset.js'
import type { BarField } from '../market/bars.js'
import type { Calendar, Frequency } from '../market/calendar.js'
import type { Provenance, Scales } from './manifest.js'

/**
 * The traded bars of one asset as unscaled integers: `ticks = price × 10^priceScale`, `units =
 * volume × 10^volumeScale`.
 */
export interface AssetBars extends Readonly<Record<BarField, Float64Array>> {
  readonly asset: AssetId
  /** Calendar index of each bar; slots that did not trade are absent. */
  readonly session: Int32Array
  /** See `Asset.ownCalendar`. */
  readonly ownCalendar?: true
}

/** The whole content of a bundle, independent of its format on disk. */
export interface BundleContent {
  readonly name: string
  readonly frequency: Frequency
  readonly scales: Scales
  /** The calendar, strictly ascending; see `parseSession` for the text format. */
  readonly sessions: readonly string[]
  readonly bars: readonly AssetBars[]
  readonly adjustments: readonly Adjustment[]
  readonly provenance: Provenance
}

/**
 * Content in the order in which it is written and hashed: assets by id, bars by session,
 * adjustments by session, asset and kind.
 */
export interface CanonicalContent extends BundleContent {
  readonly calendar: Calendar
}

export const DEFAULT_SCALES: Scales = { price: 6, volume: 4, adjustment: 9 }

/** Number of bars of all assets together. */
export function barCount(content: Pick<BundleContent, 'bars'>): number {
  return content.bars.reduce((rows, bars) => rows + bars.session.length, 0)
}
