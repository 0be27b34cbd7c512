import type { BarTable } from './bundle/bar-table.js'
import type { BundleManifest } from './bundle/manifest.js'
import type { Adjustment } from './market/adjustments.js'
import type { Asset, AssetId } from './market/asset.js'
import type { Bars, SessionRange } from './market/bars.js'
import type { Calendar } from './market/calendar.js'

/**
 * The seams optimizations replace. Each optimization is a decorator over one of these, assembled in `open-engine.ts`:
 * the plain port is the baseline; a cache wraps it and falls back to it when it fails.
 */

/** An opened bundle: its manifest is checked (version, sizes), nothing of its long table is decoded yet. */
export interface OpenBundle {
  readonly directory: string
  readonly manifest: BundleManifest
  /** SHA-256 of the bundle's identity and content, `sha256:…`; every cache key holds it. */
  readonly version: string
  readonly calendar: Calendar
  /** The whole long table, decoded on first use, once per open. */
  table(): Promise<BarTable>
  /** All splits and dividends, ordered by session, split before dividend. Read on first use, once per open. */
  adjustments(): Promise<readonly Adjustment[]>
  /**
   * Whether the directory still holds what was opened, told without loading anything; also after `close`.
   *
   * @throws {Error} of the file system: it cannot be told
   */
  isCurrent(): Promise<boolean>
  close(): void
}

/** Opens bundles. The plain source reads the manifest from disk each time. */
export interface BundleSource {
  open(directory: string): Promise<OpenBundle>
}

/** Which assets a bundle holds. The plain directory takes the distinct assets of the long table. */
export interface AssetDirectory {
  /** Sorted by id. */
  assets(bundle: OpenBundle): Promise<readonly Asset[]>
}

/** The bars of one asset. The plain source filters the long table by asset and range and converts the columns. */
export interface BarSource {
  /**
   * @param range  calendar indices wanted; the result is clipped to the asset's own life
   * @throws {EngineError} `unknown-asset`
   */
  bars(bundle: OpenBundle, asset: AssetId, range: SessionRange): Promise<Bars>
}

/** Integer counters of what an engine did, by dotted name: `bundle.opens`, `assetList.hits`, `preGrouped.bytes` … Never part of a digest. */
export type Counters = Record<string, number>
