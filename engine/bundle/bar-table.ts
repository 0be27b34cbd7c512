/**
 * The long table of a bundle as decoded: one row per (asset, slot) that traded, ordered by asset,
 * then time. Prices are `ticks / 10^priceScale` and volumes `units / 10^volumeScale`, each
 * correctly rounded.
 */
export interface BarTable {
  readonly rows: number
  readonly asset: readonly string[]
  /** Calendar index of each row. */
  readonly session: Int32Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}
