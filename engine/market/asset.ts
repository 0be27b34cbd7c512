/** A tradable id as users write it, e.g. `AAPL`. Printable, 1–64 characters of `A–Z a–z 0–9 . _ - ^ = :`. */
export type AssetId = string

/** One tradable asset of a bundle, with the calendar indices of its first and last traded session (inclusive). */
export interface Asset {
  readonly id: AssetId
  readonly firstSession: number
  readonly lastSession: number
}
