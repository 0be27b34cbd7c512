import {
  type Environment,
  isPositiveWhole,
  readGib,
  readSwitch,
  readWhole,
  readWholes,
} from './config-variables.js'
import { EngineError } from './errors.js'

/**
 * One flag per optimization, and its limits. With everything off it is the pure baseline. No field
 * changes a backtest's result.
 */
export interface OptimizationConfig {
  /** Layer 1: remember the asset list per (bundle, version). `ASSAY_ASSET_LIST_CACHE` */
  readonly assetListCache: boolean
  /**
   * Entries of the asset-list cache. `ASSAY_ASSET_LIST_ENTRIES`, `ASSAY_LRU_MAXSIZE`,
   * `ASSAY_LRU_SIZE`
   */
  readonly assetListEntries: number
  /** Layer 1: keep decoded bars grouped by asset. `ASSAY_PRE_GROUPED_BARS` */
  readonly preGroupedBars: boolean
  /**
   * Byte bound of the pre-grouped bars. `ASSAY_PRE_GROUPED_BYTES`, `ASSAY_CACHE_SIZE_GB` (GiB,
   * fractions allowed)
   */
  readonly preGroupedBytes: number
  /**
   * Layer 2: strategies read history as plain arrays instead of data frames (`returnTypeOf`). The
   * portal's own default stays the data frame. `ASSAY_ARRAY_RETURNS`
   */
  readonly arrayReturns: boolean
  /** Layer 2: keep the portal's data frames for later requests. `ASSAY_HISTORY_CACHE` */
  readonly historyCache: boolean
  /**
   * The history cache keeps arrays too, although an array is faster to make than to look up.
   * `ASSAY_HISTORY_CACHE_ARRAYS`
   */
  readonly historyCacheArrays: boolean
  /**
   * Number of windows that the history cache keeps of lengths other than `historyKeptWindows`.
   * `ASSAY_HISTORY_CACHE_ENTRIES`
   */
  readonly historyCacheEntries: number
  /** Byte bound of the history cache, for each of its two tiers. `ASSAY_HISTORY_CACHE_BYTES` */
  readonly historyCacheBytes: number
  /**
   * Lengths, in bars, of the windows the history cache keeps as long as there is room.
   * `ASSAY_HISTORY_KEPT_WINDOWS`, e.g. `20,50,200`
   */
  readonly historyKeptWindows: readonly number[]
  /** Keep the values of declared indicators for later backtests. `ASSAY_SHARED_INDICATORS` */
  readonly sharedIndicators: boolean
  /** Byte bound of the kept indicators. `ASSAY_INDICATOR_BYTES` */
  readonly indicatorBytes: number
  /**
   * Layer 3: keep bundles open and share them among backtests. `ASSAY_BUNDLE_POOL`,
   * `ASSAY_ENABLE_BUNDLE_POOLING`
   */
  readonly bundlePool: boolean
  /**
   * Number of bundles in the pool, each with its decoded table. `ASSAY_BUNDLE_POOL_SIZE`,
   * `ASSAY_MAX_BUNDLE_POOL_SIZE`
   */
  readonly bundlePoolSize: number
  /**
   * Layer 4: cash and positions in whole ticks instead of decimal.js values. `ASSAY_TICK_LEDGER`
   */
  readonly tickLedger: boolean
  /**
   * Layer 6: a worker pool keeps its threads after a search for the next one.
   * `ASSAY_PERSISTENT_WORKERS`
   */
  readonly persistentWorkers: boolean
  /**
   * Layer 7: the threads of a worker pool share the bars of a bundle, decoded once.
   * `ASSAY_SHARED_BUNDLES`
   */
  readonly sharedBundles: boolean
}

/** Names of the boolean flags, in layer order. */
export type OptimizationFlag =
  | 'assetListCache'
  | 'preGroupedBars'
  | 'arrayReturns'
  | 'historyCache'
  | 'historyCacheArrays'
  | 'sharedIndicators'
  | 'bundlePool'
  | 'tickLedger'
  | 'persistentWorkers'
  | 'sharedBundles'

const GIB = 2 ** 30
const MIB = 2 ** 20

const PURE_BASELINE: OptimizationConfig = Object.freeze({
  assetListCache: false,
  assetListEntries: 128,
  preGroupedBars: false,
  preGroupedBytes: 2 * GIB,
  arrayReturns: false,
  historyCache: false,
  historyCacheArrays: false,
  historyCacheEntries: 256,
  historyCacheBytes: 64 * MIB,
  historyKeptWindows: Object.freeze([20, 50, 200]),
  sharedIndicators: false,
  indicatorBytes: 64 * MIB,
  bundlePool: false,
  bundlePoolSize: 100,
  tickLedger: false,
  persistentWorkers: false,
  sharedBundles: false,
})

/**
 * Every optimization off. Never reads the environment: the baseline of all measurements must not
 * depend on a shell.
 */
export function pureBaseline(): OptimizationConfig {
  return PURE_BASELINE
}

/**
 * The default configuration: layers 1 to 4 on except the history cache, overridden by the `ASSAY_*`
 * variables named at each field. `ASSAY_ENABLE_CACHING` sets both switches of layer 1,
 * `ASSAY_CACHE_SIZE_GB` and `ASSAY_LRU_MAXSIZE` their limits; the variable of a single field takes
 * precedence. Of several variables for one field, the one named first at the field counts. An empty
 * variable counts as unset. Nothing else in the engine reads these variables.
 *
 * @throws {EngineError} `config-invalid`: an invalid value; the message names the variable, the
 * value and the valid values
 */
export function defaults(env: Environment = process.env): OptimizationConfig {
  const pure = PURE_BASELINE
  const caching = readSwitch(env, 'ASSAY_ENABLE_CACHING', true)
  const lruSize = readWhole(env, 'ASSAY_LRU_SIZE', pure.assetListEntries)
  const entries = readWhole(env, 'ASSAY_LRU_MAXSIZE', lruSize)
  const pooling = readSwitch(env, 'ASSAY_ENABLE_BUNDLE_POOLING', true)
  const poolSize = readWhole(env, 'ASSAY_MAX_BUNDLE_POOL_SIZE', pure.bundlePoolSize)
  const bytes = readGib(env, 'ASSAY_CACHE_SIZE_GB', pure.preGroupedBytes)
  return enable(pure, {
    assetListCache: readSwitch(env, 'ASSAY_ASSET_LIST_CACHE', caching),
    assetListEntries: readWhole(env, 'ASSAY_ASSET_LIST_ENTRIES', entries),
    preGroupedBars: readSwitch(env, 'ASSAY_PRE_GROUPED_BARS', caching),
    preGroupedBytes: readWhole(env, 'ASSAY_PRE_GROUPED_BYTES', bytes),
    arrayReturns: readSwitch(env, 'ASSAY_ARRAY_RETURNS', true),
    historyCache: readSwitch(env, 'ASSAY_HISTORY_CACHE', pure.historyCache),
    historyCacheArrays: readSwitch(env, 'ASSAY_HISTORY_CACHE_ARRAYS', pure.historyCacheArrays),
    historyCacheEntries: readWhole(env, 'ASSAY_HISTORY_CACHE_ENTRIES', pure.historyCacheEntries),
    historyCacheBytes: readWhole(env, 'ASSAY_HISTORY_CACHE_BYTES', pure.historyCacheBytes),
    historyKeptWindows: readWholes(env, 'ASSAY_HISTORY_KEPT_WINDOWS', pure.historyKeptWindows),
    sharedIndicators: readSwitch(env, 'ASSAY_SHARED_INDICATORS', true),
    indicatorBytes: readWhole(env, 'ASSAY_INDICATOR_BYTES', pure.indicatorBytes),
    bundlePool: readSwitch(env, 'ASSAY_BUNDLE_POOL', pooling),
    bundlePoolSize: readWhole(env, 'ASSAY_BUNDLE_POOL_SIZE', poolSize),
    tickLedger: readSwitch(env, 'ASSAY_TICK_LEDGER', true),
    persistentWorkers: readSwitch(env, 'ASSAY_PERSISTENT_WORKERS', pure.persistentWorkers),
    sharedBundles: readSwitch(env, 'ASSAY_SHARED_BUNDLES', pure.sharedBundles),
  })
}

/** The names of all variables that `defaults` reads. */
export function configVariables(): readonly string[] {
  const names: string[] = []
  const recorder: Environment = new Proxy(
    {},
    {
      get: (_, name) => {
        names.push(String(name))
        return undefined
      },
    },
  )
  defaults(recorder)
  return names
}

/** Number of a layer of optimizations. */
export type LayerNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7

/** What each layer turns on. */
const LAYERS: Readonly<Record<LayerNumber, Partial<OptimizationConfig>>> = {
  1: { assetListCache: true, preGroupedBars: true },
  2: { arrayReturns: true, historyCache: true },
  3: { bundlePool: true },
  4: { tickLedger: true },
  5: { sharedIndicators: true },
  6: { persistentWorkers: true },
  7: { sharedBundles: true },
}

/**
 * A copy of `config` with one layer turned on: 1, the asset list and the bars of each asset are
 * kept; 2, arrays instead of data frames, and a history cache for the remaining frames; 3, bundles
 * are kept open; 4, the ledger counts in whole ticks; 5, declared indicators are computed once and
 * shared; 6, a worker pool keeps its threads; 7, its threads share the bars of a bundle.
 *
 * @param config  the pure baseline if absent
 * @throws {EngineError} `config-invalid`: there is no such layer
 */
export function enableLayer(
  layer: LayerNumber,
  config: OptimizationConfig = PURE_BASELINE,
): OptimizationConfig {
  if (!Object.hasOwn(LAYERS, layer))
    throw new EngineError(
      'config-invalid',
      `unknown layer ${String(layer)}; use 1, 2, 3, 4, 5, 6 or 7`,
    )
  return enable(config, LAYERS[layer])
}

/**
 * A copy of `config` with the given fields changed. Never reads the environment. Other fields of
 * `config` are kept: a suite may add its own.
 *
 * @throws {EngineError} `config-invalid`: a change of an unknown field, a switch that is not a
 * boolean, a limit that is not a positive whole number, window lengths that are not a list of those
 */
export function enable(
  config: OptimizationConfig,
  change: Partial<OptimizationConfig>,
): OptimizationConfig {
  const unknown = Object.keys(change).find((field) => !Object.hasOwn(PURE_BASELINE, field))
  if (unknown !== undefined) {
    const options = Object.keys(PURE_BASELINE).join(', ')
    throw new EngineError('config-invalid', `unknown option '${unknown}'; use one of ${options}`)
  }
  const changed = { ...config, ...change }
  checkSwitches(changed)
  checkLimits(changed)
  // A frozen copy: the caller's list may change later.
  const historyKeptWindows = Object.freeze([...changed.historyKeptWindows])
  return Object.freeze({ ...changed, historyKeptWindows })
}

/** The return type that a strategy should request from the portal under `config`. */
export function returnTypeOf(config: OptimizationConfig): 'array' | 'dataframe' {
  return config.arrayReturns ? 'array' : 'dataframe'
}

function checkSwitches(config: OptimizationConfig): void {
  for (const flag of fieldsOf('boolean'))
    if (typeof config[flag] !== 'boolean') throw invalid(flag, config[flag], 'true or false')
}

function checkLimits(config: OptimizationConfig): void {
  for (const limit of fieldsOf('number'))
    if (!isPositiveWhole(config[limit] as number))
      throw invalid(limit, config[limit], 'a positive whole number')
  const lengths = config.historyKeptWindows
  if (!Array.isArray(lengths) || !lengths.every(isPositiveWhole))
    throw invalid('historyKeptWindows', lengths, 'a list of positive whole numbers')
}

/** The fields whose value is of a type. */
function fieldsOf(type: 'boolean' | 'number'): readonly (keyof OptimizationConfig)[] {
  const fields = Object.keys(PURE_BASELINE) as (keyof OptimizationConfig)[]
  return fields.filter((field) => typeof PURE_BASELINE[field] === type)
}

function invalid(field: string, value: unknown, accepted: string): EngineError {
  const text = typeof value === 'number' ? value : JSON.stringify(value)
  return new EngineError('config-invalid', `${field} is ${text}; give ${accepted}`)
}
