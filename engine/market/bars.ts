/** The observed fields of a bar. */
export type BarField = 'open' | 'high' | 'low' | 'close' | 'volume'

/** The fields a strategy can read: the observed ones, and `price`, the close filled forward. */
export type Field = BarField | 'price'

export const BAR_FIELDS: readonly BarField[] = ['open', 'high', 'low', 'close', 'volume']
export const FIELDS: readonly Field[] = [...BAR_FIELDS, 'price']

/** The two kinds of number in a bar; each has its own scale. */
export type Side = 'price' | 'volume'

/** The kind of number that a field holds. */
export function sideOf(field: BarField): Side {
  return field === 'volume' ? 'volume' : 'price'
}

/** A half-open range of calendar indices: `from` inclusive, `to` exclusive. */
export interface SessionRange {
  readonly from: number
  readonly to: number
}

/**
 * The raw (unadjusted) bars of one asset, dense on the calendar: element `i` of every column
 * belongs to calendar index `firstSession + i`. A slot that did not trade holds NaN for prices and
 * 0 for volume. Prices are `ticks / 10^priceScale`, correctly rounded, so the ticks can be
 * recovered exactly. Do not write to the columns: caches return the same arrays to every caller.
 */
export interface Bars {
  readonly asset: string
  readonly firstSession: number
  /** Number of calendar slots covered: firstSession … firstSession + length − 1. */
  readonly length: number
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
  /** True if at least one slot did not trade; then `price` differs from `close`. */
  readonly hasGaps: boolean
}

/** Bytes held by the five columns of one asset's bars. */
export function barsBytes(bars: Bars): number {
  return (
    bars.open.byteLength +
    bars.high.byteLength +
    bars.low.byteLength +
    bars.close.byteLength +
    bars.volume.byteLength
  )
}
