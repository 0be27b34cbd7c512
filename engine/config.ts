import { EngineError } from './errors.js'

/**
 * One flag per optimization, and its limits. Everything off is the pure baseline; nothing here
 * changes a result.
 */
export interface OptimizationConfig {
  /** Layer 1: remember the asset list per (bundle, version). `ASSAY_ASSET_LIST_CACHE` */
  readonly assetListCache: boolean
  /** Entries of the asset-list cache. `ASSAY_ASSET_LIST_ENTRIES`, `ASSAY_LRU_MAXSIZE` */
  readonly assetListEntries: number
  /** Layer 1: keep decoded bars grouped by asset. `ASSAY_PRE_GROUPED_BARS` */
  readonly preGroupedBars: boolean
  /**
   * Byte bound of the pre-grouped bars. `ASSAY_PRE_GROUPED_BYTES`, `ASSAY_CACHE_SIZE_GB` (GiB,
   * fractions allowed)
   */
  readonly preGroupedBytes: number
  /**
   * Strategies ask the portal for plain arrays instead of data frames (`returnTypeOf`). The
   * portal's own default never moves. `ASSAY_ARRAY_RETURNS`
   */
  readonly arrayReturns: boolean
  /**
   * Layer 2: keep the frames the portal makes, for whoever asks for the same one again.
   * `ASSAY_HISTORY_CACHE`
   */
  readonly historyCache: boolean
  /**
   * With it: keep arrays too. Such a window is a view, which costs less to make than to look up and
   * keep. `ASSAY_HISTORY_CACHE_ARRAYS`
   */
  readonly historyCacheArrays: boolean
  /**
   * Windows of other lengths than the kept ones that the history cache remembers.
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
  /** Layer 3: keep bundles open and share them among backtests. `ASSAY_BUNDLE_POOL` */
  readonly bundlePool: boolean
  /** Bundles the pool keeps open, tables decoded of them included. `ASSAY_BUNDLE_POOL_SIZE` */
  readonly bundlePoolSize: number
}

/** Names of the boolean flags, in layer order. */
export type OptimizationFlag =
  | 'assetListCache'
  | 'preGroupedBars'
  | 'arrayReturns'
  | 'historyCache'
  | 'historyCacheArrays'
  | 'bundlePool'

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
  bundlePool: false,
  bundlePoolSize: 100,
})

/**
 * Every optimization off. Never reads the environment: the arm everything is measured against must
 * not depend on a shell.
 */
export function pureBaseline(): OptimizationConfig {
  return PURE_BASELINE
}

/**
 * What an everyday user gets: layers 1 to 3 on but for the history cache, overridden by the
 * `ASSAY_*` variables named at each field. `ASSAY_ENABLE_CACHING` sets both layer-1 switches,
 * `ASSAY_CACHE_SIZE_GB` and `ASSAY_LRU_MAXSIZE` their limits; a variable of one field wins over
 * these. An empty variable counts as unset. The only reader of `ASSAY_*` variables in the engine.
 *
 * @throws {EngineError} `config-invalid`: a value that is not understood; the message names
 * variable, value and what is accepted
 */
export function defaults(env: Environment = process.env): OptimizationConfig {
  const caching = readSwitch(env, 'ASSAY_ENABLE_CACHING') ?? true
  // Both variables of a limit are read, so that garbage is refused even where the other one wins.
  const entries = readWhole(env, 'ASSAY_LRU_MAXSIZE')
  const gib = readGib(env, 'ASSAY_CACHE_SIZE_GB')
  return enable(PURE_BASELINE, {
    assetListCache: readSwitch(env, 'ASSAY_ASSET_LIST_CACHE') ?? caching,
    assetListEntries:
      readWhole(env, 'ASSAY_ASSET_LIST_ENTRIES') ?? entries ?? PURE_BASELINE.assetListEntries,
    preGroupedBars: readSwitch(env, 'ASSAY_PRE_GROUPED_BARS') ?? caching,
    preGroupedBytes:
      readWhole(env, 'ASSAY_PRE_GROUPED_BYTES') ?? gib ?? PURE_BASELINE.preGroupedBytes,
    arrayReturns: readSwitch(env, 'ASSAY_ARRAY_RETURNS') ?? true,
    historyCache: readSwitch(env, 'ASSAY_HISTORY_CACHE') ?? PURE_BASELINE.historyCache,
    historyCacheArrays:
      readSwitch(env, 'ASSAY_HISTORY_CACHE_ARRAYS') ?? PURE_BASELINE.historyCacheArrays,
    historyCacheEntries:
      readWhole(env, 'ASSAY_HISTORY_CACHE_ENTRIES') ?? PURE_BASELINE.historyCacheEntries,
    historyCacheBytes:
      readWhole(env, 'ASSAY_HISTORY_CACHE_BYTES') ?? PURE_BASELINE.historyCacheBytes,
    historyKeptWindows:
      readWholes(env, 'ASSAY_HISTORY_KEPT_WINDOWS') ?? PURE_BASELINE.historyKeptWindows,
    bundlePool: readSwitch(env, 'ASSAY_BUNDLE_POOL') ?? true,
    bundlePoolSize: readWhole(env, 'ASSAY_BUNDLE_POOL_SIZE') ?? PURE_BASELINE.bundlePoolSize,
  })
}

/**
 * A copy of `config` with the given fields changed. Never reads the environment. Fields of `config`
 * that the engine does not know are kept: a suite may carry its own.
 *
 * @throws {EngineError} `config-invalid`: a change of a field there is not, a switch that is no
 * boolean, a limit that is not a positive
 *   whole number, window lengths that are no list of such
 */
export function enable(
  config: OptimizationConfig,
  change: Partial<OptimizationConfig>,
): OptimizationConfig {
  const unknown = Object.keys(change).find((field) => !Object.hasOwn(PURE_BASELINE, field))
  if (unknown !== undefined) {
    const known = Object.keys(PURE_BASELINE).join(', ')
    throw new EngineError(
      'config-invalid',
      `there is no option '${unknown}'; it is one of ${known}`,
    )
  }
  const changed = { ...config, ...change }
  for (const flag of [
    'assetListCache',
    'preGroupedBars',
    'arrayReturns',
    'historyCache',
    'historyCacheArrays',
    'bundlePool',
  ] as const) {
    if (typeof changed[flag] === 'boolean') continue
    throw new EngineError(
      'config-invalid',
      `${flag} is ${JSON.stringify(changed[flag])}; give true or false`,
    )
  }
  for (const limit of [
    'assetListEntries',
    'preGroupedBytes',
    'historyCacheEntries',
    'historyCacheBytes',
    'bundlePoolSize',
  ] as const) {
    if (isPositiveWhole(changed[limit])) continue
    throw new EngineError(
      'config-invalid',
      `${limit} is ${changed[limit]}; give a positive whole number`,
    )
  }
  return Object.freeze({
    ...changed,
    historyKeptWindows: windowLengths(changed.historyKeptWindows),
  })
}

/** The return type a strategy should ask the portal for under `config`. */
export function returnTypeOf(config: OptimizationConfig): 'array' | 'dataframe' {
  return config.arrayReturns ? 'array' : 'dataframe'
}

/** A frozen copy, so that nobody changes a configuration through the list it was made from. */
function windowLengths(given: readonly number[]): readonly number[] {
  if (Array.isArray(given) && given.every(isPositiveWhole)) return Object.freeze([...given])
  throw new EngineError(
    'config-invalid',
    `historyKeptWindows is ${JSON.stringify(given)}; give a list of positive whole numbers`,
  )
}

function isPositiveWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}

type Environment = Readonly<Record<string, string | undefined>>

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['yes', true],
  ['on', true],
  ['0', false],
  ['false', false],
  ['no', false],
  ['off', false],
])

function readSwitch(env: Environment, variable: string): boolean | undefined {
  return read(env, variable, 'one of 1, true, yes, on, 0, false, no, off', (text) =>
    SWITCHES.get(text.toLowerCase()),
  )
}

function readWhole(env: Environment, variable: string): number | undefined {
  return read(env, variable, 'a positive whole number', wholeOf)
}

function readWholes(env: Environment, variable: string): readonly number[] | undefined {
  return read(
    env,
    variable,
    'positive whole numbers joined by commas, such as 20,50,200',
    (text) => {
      const values = text.split(',').map((part) => wholeOf(part.trim()))
      return values.every((value) => value !== undefined) ? values : undefined
    },
  )
}

function wholeOf(text: string): number | undefined {
  const value = Number(text)
  return /^\d+$/.test(text) && isPositiveWhole(value) ? value : undefined
}

function readGib(env: Environment, variable: string): number | undefined {
  return read(env, variable, 'a positive number of GiB, such as 2 or 0.5', (text) => {
    const bytes = Math.floor(Number(text) * GIB)
    return /^\d*\.?\d+$/.test(text) && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined
  })
}

function read<T>(
  env: Environment,
  variable: string,
  accepted: string,
  parse: (text: string) => T | undefined,
): T | undefined {
  const text = env[variable]?.trim()
  if (text === undefined || text === '') return undefined
  const value = parse(text)
  if (value !== undefined) return value
  throw new EngineError(
    'config-invalid',
    `${variable} is '${text}'; set it to ${accepted}, or unset it`,
    {
      details: { variable, value: text },
    },
  )
}
