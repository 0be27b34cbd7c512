/** Bar spacing of a bundle. */
export type Frequency = '1d' | '1h' | '1m'

/**
 * The sessions of a bundle: strictly ascending UTC instants (session day at 00:00 for `1d`, bar start otherwise), addressed by index.
 * `dayOf[i]` numbers the UTC trading day of slot `i` from 0, so intraday bars know their day; for `1d` it equals `i`.
 */
export interface Calendar {
  readonly frequency: Frequency
  /** Epoch milliseconds, one per slot. */
  readonly times: Float64Array
  readonly length: number
  readonly dayOf: Int32Array
  readonly days: number
}
