import type { Asset } from '../market/asset.js'
import type { Frequency } from '../market/calendar.js'

/** Decimal places kept on disk; unscaled integers stay below 2^53. */
export interface Scales {
  readonly price: number
  readonly volume: number
  /** Decimal places of split ratios and dividends. */
  readonly adjustment: number
}

/** Where the numbers come from, so that people can check them. */
export interface Provenance {
  readonly source: string
  readonly license?: string
  /** True if the data are resampled, synthetic or otherwise not a record of one market. */
  readonly synthetic: boolean
  readonly notes?: string
}

/**
 * The SHA-256 hashes (64 hexadecimal digits each) a bundle's version is made of; see `version.ts`.
 */
export interface BundleHashes {
  readonly assets: string
  readonly sessions: string
  readonly schema: string
  readonly content: string
}

export type BundleFormat = 'parquet' | 'csv'

/** `manifest.json` of a bundle, validated. */
export interface BundleManifest {
  readonly schemaVersion: 1
  readonly name: string
  readonly frequency: Frequency
  readonly format: BundleFormat
  readonly scales: Scales
  /** Sorted by id. */
  readonly assets: readonly Asset[]
  /** `2014-06-09` for `1d`, `2014-06-09T14:30:00` (UTC) otherwise; strictly ascending. */
  readonly sessions: readonly string[]
  readonly rows: { readonly bars: number; readonly adjustments: number }
  /** Empty for a bundle that only lives in memory. */
  readonly files: readonly BundleFile[]
  readonly provenance: Provenance
  readonly hashes: BundleHashes
  /** `sha256:…` over asset list, date range, schema and content. */
  readonly version: string
}

/** A file of a bundle beside its manifest. */
export interface BundleFile {
  readonly name: string
  readonly bytes: number
  /** 64 hexadecimal digits. */
  readonly sha256: string
}

export const MANIFEST_FILE = 'manifest.json'

/** The files of a bundle beside its manifest, by format. No other file is read. */
export const BUNDLE_FILES: Readonly<
  Record<BundleFormat, { readonly bars: string; readonly adjustments: string }>
> = {
  parquet: { bars: 'bars.parquet', adjustments: 'adjustments.parquet' },
  csv: { bars: 'bars.csv', adjustments: 'adjustments.csv' },
}

/** Every name that a file of a bundle can have. */
export const BUNDLE_FILE_NAMES: readonly string[] = [
  MANIFEST_FILE,
  ...Object.values(BUNDLE_FILES).flatMap((names) => Object.values(names)),
]
