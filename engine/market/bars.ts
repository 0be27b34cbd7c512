/** The observed fields of a bar. */
export type BarField = 'open' | 'high' | 'low' | 'close' | 'volume'

/** The fields a strategy can read: the observed ones, and `price`, the close filled forward. */
export type Field = BarField | 'price'

export const BAR_FIELDS: readonly BarField[] = ['open', 'high', 'low', 'close', 'volume']
export const FIELDS: readonly Field[] = [...BAR_FIELDS, 'price']

/** The two kinds of number in a bar; each has its own scale. */
export type Side = 'price' | 'volume'

/** The kind of number that a field holds. */
export function sideOf(field: Field): Side {
  return field === 'volume' ? 'volume' : 'price'
}

/** The observed field that a field is made of: `price` of the close. Undefined if unknown. */
export function observedField(field: Field): BarField | undefined {
  if (field === 'price') return 'close'
  // Not a look-up in an object, which also has the properties of its prototype.
  return BAR_FIELDS.includes(field) ? field : undefined
}

/** A half-open range of calendar indices: `from` inclusive, `to` exclusive. */
export interface SessionRange {
  readonly from: number
  readonly to: number
}

/** A column of whole numbers for each observed field: ticks of prices, units of volume. */
export type TickColumns = Readonly<Record<BarField, Float64Array>>

/**
 * The raw (unadjusted) bars of one asset, dense on the calendar: element `i` of every column
 * belongs to calendar index `firstSession + i`. The columns hold whole ticks of 10^-priceScale and
 * whole units of 10^-volumeScale, at most 2^51. A slot that did not trade holds NaN for prices and
 * 0 for volume. Do not write to the columns: caches return the same arrays to every caller.
 */
export interface Bars {
  readonly asset: string
  readonly firstSession: number
  /** Number of calendar slots covered: firstSession … firstSession + length − 1. */
  readonly length: number
  readonly ticks: TickColumns
  /** True if at least one slot did not trade; then `price` differs from `close`. */
  readonly hasGaps: boolean
}

/**
 * Bytes of the columns that live with one asset's bars: five of ticks, and one of floats for each,
 * which is made on first use and counted from the start.
 */
export function barsBytes({ ticks }: Bars): number {
  return BAR_FIELDS.reduce((bytes, field) => bytes + 2 * ticks[field].byteLength, 0)
}
