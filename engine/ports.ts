import type { ColumnTable } from 'arquero'
import type { BarTable } from './bundle/bar-table.js'
import type { BundleManifest } from './bundle/manifest.js'
import type { IndicatorHandle } from './indicators/handle.js'
import type { Indicator } from './indicators/indicator.js'
import type { Adjustment, DividendPolicy } from './market/adjustments.js'
import type { Asset, AssetId } from './market/asset.js'
import type { Bars, Field, SessionRange } from './market/bars.js'
import type { Calendar } from './market/calendar.js'
import type { AssetHistory } from './portal/asset-history.js'
import type { BarDates } from './portal/bar-dates.js'
import type { Clock } from './portal/clock.js'

// The interfaces that optimizations decorate, assembled in `open-engine.ts` and `open-bundles.ts`:
// the plain implementation is the baseline; a cache wraps it and falls back to it when it fails.

/** An opened bundle: its manifest is checked (version, sizes), its long table not decoded yet. */
export interface OpenBundle {
  readonly directory: string
  readonly manifest: BundleManifest
  /** SHA-256 over the bundle's data as the manifest claims it, `sha256:…`. */
  readonly version: string
  /**
   * Part of every cache key: bundles with the same identity return the same data. On disk it covers
   * the version, the hashes of the files and which files they are, so that it cannot be claimed.
   */
  readonly identity: string
  readonly calendar: Calendar
  /**
   * Assets of a backtest that have no bar yet, by id. Only a bundle that was cut off at a session
   * has them (`look-ahead/`): its strategies see the same assets as those of the whole bundle.
   */
  readonly unlisted?: readonly Asset[]
  /** The whole long table, decoded on first use, once per open. */
  table(): Promise<BarTable>
  /**
   * The bars of an asset as views of memory that threads share. Only a bundle in such memory has
   * them (`cache/shared-columns.ts`).
   *
   * @throws {EngineError} `unknown-asset`
   */
  views?(asset: AssetId, range: SessionRange): Bars
  /**
   * All splits and dividends, ordered by session, split before dividend. Read on first use, once
   * per open.
   */
  adjustments(): Promise<readonly Adjustment[]>
  /**
   * Whether the directory still holds what was opened, decided without loading it; also after
   * `close`.
   *
   * @throws {Error} of the file system: the directory cannot be read
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
   * @param range  calendar indices; the result goes from the asset's first session to the end of
   * the range, or is empty if the asset ended before it
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
 * Makes the history windows of a strategy. The plain source copies them out of the adjusted columns
 * and builds a data frame for each call.
 */
export interface HistorySource {
  /** The windows of one asset. Called once per backtest and asset. */
  windows(history: AssetHistory, scope: HistoryScope): AssetWindows
}

/**
 * The windows of one asset in one backtest, ending with the current bar of its clock. Synchronous,
 * because strategies are.
 */
export interface AssetWindows {
  /**
   * Oldest first, in memory of the caller's own: nothing written to it is ever seen elsewhere.
   *
   * @param barCount  whole number ≥ 1
   * @throws {EngineError} `window`: it would start before the data; `strategy-misuse`: unknown
   * field; `precision`
   */
  window(field: Field, barCount: number): Float64Array
  /**
   * A data frame: `date`, then the given fields. Each caller gets a table and columns of its own.
   *
   * @throws {EngineError} see `window`
   */
  frame(fields: readonly Field[], barCount: number): ColumnTable
}

/**
 * Computes the indicators that a strategy declares. The plain source computes every value afresh
 * from the history.
 */
export interface IndicatorSource {
  /** The handle of one indicator of one asset. Called once per backtest, asset and indicator. */
  handle(indicator: Indicator, history: AssetHistory, scope: IndicatorScope): IndicatorHandle
}

/** What all indicators of one backtest have in common. */
export interface IndicatorScope extends HistoryScope {
  readonly clock: Clock
}

/** What every cache offers besides its port. */
export interface CacheControl {
  counters(): Counters
  /** Drops all entries; the cache remains usable. */
  clear(): void
}

/**
 * Integer counters of an engine, by dotted name: `bundle.opens`, `assetList.hits`,
 * `preGrouped.bytes` … Never part of a result's digest.
 */
export type Counters = Record<string, number>
