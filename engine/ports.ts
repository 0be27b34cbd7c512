import type { ColumnTable } from 'arquero'
import type { BarTable } from './bundle/bar-table.js'
import type { BundleManifest } from './bundle/manifest.js'
import type { Adjustment, DividendPolicy } from './market/adjustments.js'
import type { Asset, AssetId } from './market/asset.js'
import type { Bars, Field, SessionRange } from './market/bars.js'
import type { Calendar } from './market/calendar.js'
import type { AssetHistory } from './portal/asset-history.js'
import type { BarDates } from './portal/bar-dates.js'

/**
 * The seams optimizations replace. Each optimization is a decorator over one of these, assembled in
 * `open-engine.ts` and `open-bundles.ts`: the plain port is the baseline; a cache wraps it and
 * falls back to it when it fails.
 */

/**
 * An opened bundle: its manifest is checked (version, sizes), nothing of its long table is decoded
 * yet.
 */
export interface OpenBundle {
  readonly directory: string
  readonly manifest: BundleManifest
  /** SHA-256 of the bundle's identity and content, `sha256:…`; every cache key holds it. */
  readonly version: string
  readonly calendar: Calendar
  /** The whole long table, decoded on first use, once per open. */
  table(): Promise<BarTable>
  /**
   * All splits and dividends, ordered by session, split before dividend. Read on first use, once
   * per open.
   */
  adjustments(): Promise<readonly Adjustment[]>
  /**
   * Whether the directory still holds what was opened, told without loading anything; also after
   * `close`.
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

/**
 * The bars of one asset. The plain source filters the long table by asset and range and converts
 * the columns.
 */
export interface BarSource {
  /**
   * @param range  calendar indices wanted; the result is clipped to the asset's own life
   * @throws {EngineError} `unknown-asset`
   */
  bars(bundle: OpenBundle, asset: AssetId, range: SessionRange): Promise<Bars>
}

/** What all windows of one backtest have in common. */
export interface HistoryScope {
  readonly bundle: OpenBundle
  /** The calendar indices loaded. */
  readonly range: SessionRange
  readonly dividendPolicy: DividendPolicy
  readonly dates: BarDates
}

/**
 * Makes the history windows a strategy asks for. The plain source cuts views out of the adjusted
 * columns and builds a data frame for each call.
 */
export interface HistorySource {
  /** The windows of one asset. Called once per backtest and asset. */
  windows(history: AssetHistory, scope: HistoryScope): AssetWindows
}

/**
 * The windows of one asset in one backtest, ending with the current bar of its clock. Synchronous:
 * strategies are.
 */
export interface AssetWindows {
  /**
   * A view, oldest first; typed read-only by convention.
   *
   * @param barCount  whole number ≥ 1
   * @throws {EngineError} `window`: it would start before the data; `strategy-misuse`: no such
   * field; `precision`
   */
  window(field: Field, barCount: number): Float64Array
  /**
   * A data frame of its own: `date`, then the fields as asked for. Its columns may be shared, the
   * table is not: `params()` changes a table in place.
   *
   * @throws {EngineError} as `window`
   */
  frame(fields: readonly Field[], barCount: number): ColumnTable
}

/**
 * Integer counters of what an engine did, by dotted name: `bundle.opens`, `assetList.hits`,
 * `preGrouped.bytes` … Never part of a digest.
 */
export type Counters = Record<string, number>
