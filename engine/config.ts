import { EngineError } from './errors.js'

/** One flag per optimization, and its limits. Everything off is the pure baseline; nothing here changes a result. */
export interface OptimizationConfig {
  /** Layer 1: remember the asset list per (bundle, version). `ASSAY_ASSET_LIST_CACHE` */
  readonly assetListCache: boolean
  /** Entries of the asset-list cache. `ASSAY_ASSET_LIST_ENTRIES`, `ASSAY_LRU_MAXSIZE` */
  readonly assetListEntries: number
  /** Layer 1: keep decoded bars grouped by asset. `ASSAY_PRE_GROUPED_BARS` */
  readonly preGroupedBars: boolean
  /** Byte bound of the pre-grouped bars. `ASSAY_PRE_GROUPED_BYTES`, `ASSAY_CACHE_SIZE_GB` (GiB, fractions allowed) */
  readonly preGroupedBytes: number
}

/** Names of the boolean flags, in layer order. */
export type OptimizationFlag = 'assetListCache' | 'preGroupedBars'

const GIB = 2 ** 30

const PURE_BASELINE: OptimizationConfig = Object.freeze({
  assetListCache: false,
  assetListEntries: 128,
  preGroupedBars: false,
  preGroupedBytes: 2 * GIB,
})

/** Every optimization off. Never reads the environment: the arm everything is measured against must not depend on a shell. */
export function pureBaseline(): OptimizationConfig {
  return PURE_BASELINE
}

/**
 * A copy of `config` with the given fields changed. Never reads the environment.
 *
 * @throws {EngineError} `config-invalid`: a limit that is not a positive whole number
 */
export function enable(config: OptimizationConfig, change: Partial<OptimizationConfig>): OptimizationConfig {
  return validated({ ...config, ...change })
}
