import type { Asset } from '../market/asset.js'
import type { Frequency } from '../market/calendar.js'

/** Decimal places kept on disk; unscaled integers stay below 2^53. */
export interface Scales {
  readonly price: number
  readonly volume: number
  /** Of split ratios and dividends. */
  readonly adjustment: number
}

/** Where the numbers come from, in words people can check. */
export interface Provenance {
  readonly source: string
  readonly license?: string
  /** True where the data are resampled, synthetic or otherwise not a record of one market. */
  readonly synthetic: boolean
  readonly notes?: string
}

/** `manifest.json` of a bundle, validated. */
export interface BundleManifest {
  readonly schemaVersion: 1
  readonly name: string
  readonly frequency: Frequency
  readonly format: 'parquet' | 'csv'
  readonly scales: Scales
  /** Sorted by id. */
  readonly assets: readonly Asset[]
  /** `2014-06-09` for `1d`, `2014-06-09T14:30:00` (UTC) otherwise; strictly ascending. */
  readonly sessions: readonly string[]
  readonly rows: { readonly bars: number; readonly adjustments: number }
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[]
  readonly provenance: Provenance
  /** `sha256:…` over asset list, date range, schema and content. */
  readonly version: string
}
