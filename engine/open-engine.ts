import { assetListCache } from './cache/asset-list.js'
import { type CacheStats, cacheStatsOf } from './cache/cache-stats.js'
import { historyCache } from './cache/history.js'
import { preGroupedBars } from './cache/pre-grouped.js'
import { sharedAssets, sharedBars } from './cache/shared-columns.js'
import { sharedIndicators } from './cache/shared-indicators.js'
import type { OptimizationConfig } from './config.js'
import { EngineError } from './errors.js'
import type { Executor } from './execution/inline.js'
import { plainIndicatorSource } from './indicators/plain-indicators.js'
import { type EngineLog, engineLog } from './log.js'
import { openBundles } from './open-bundles.js'
import { plainAssetDirectory, plainBarSource } from './portal/long-table.js'
import { plainHistorySource } from './portal/plain-history.js'
import type {
  AssetDirectory,
  BarSource,
  BundleSource,
  CacheControl,
  Counters,
  HistorySource,
  IndicatorSource,
  OpenBundle,
} from './ports.js'
import type { TrialTask } from './search/grid.js'
import { definitionOf, type Objective } from './search/objectives.js'
import { summaryOfRun, type TrialSummary, type WantedFigures } from './search/trial-summary.js'
import {
  type BacktestSources,
  type BacktestSpec,
  type LedgerMaker,
  runBacktest,
} from './simulation/backtest.js'
import { decimalLedger } from './simulation/decimal-ledger.js'
import type { BacktestResult } from './simulation/result.js'
import type { Simulated } from './simulation/simulate.js'
import { tickLedger } from './simulation/tick-ledger.js'
import { Sweep, type SweepSpec } from './sweep/sweep.js'

/**
 * Runs backtests under one configuration. Its caches live as long as the engine; open a new engine
 * to start with empty caches.
 */
export interface Engine {
  readonly config: OptimizationConfig
  /**
   * @throws {EngineError} see `runBacktest`; `strategy-misuse` after `close`; errors of the
   * strategy pass through unchanged
   */
  backtest(spec: BacktestSpec): Promise<BacktestResult>
  /**
   * Runs the same backtest and keeps the figures that `search` needs, equal to those of the result.
   * It makes no texts, trades or other figures, unless the objective needs them.
   *
   * @param objective  `total-return` if absent
   * @param wanted     the task of a search, whose summary may need return blocks
   * @throws {EngineError} as `backtest`; `input-invalid`: see `definitionOf`
   */
  trial(spec: BacktestSpec, objective?: Objective, wanted?: WantedFigures): Promise<TrialSummary>
  /**
   * An executor for `search` that runs a signal: data are loaded once, each indicator is computed
   * once, and only bars at which something can happen are visited. Its figures are those of `trial`
   * with `signalStrategy`, which also runs if the ledger keeps decimals.
   * It keeps the data of the last range as long as it lives.
   *
   * @param objective  `total-return` if absent
   * @throws {EngineError} `input-invalid`: see `definitionOf`; from `map`: as `trial`
   */
  sweep(spec: SweepSpec, objective?: Objective): Executor<TrialTask, TrialSummary>
  /**
   * Opens a bundle as this engine's backtests do. The caller must close it; closing the engine does
   * not.
   *
   * @throws {EngineError} `bundle-missing`, `bundle-corrupt`, `bundle-invalid`; `strategy-misuse`
   * after `close`
   */
  open(directory: string): Promise<OpenBundle>
  /** A copy of all counters. */
  counters(): Counters
  /** Hits, misses, hit rate and bytes of the engine's caches, together and each. */
  cacheStats(): CacheStats
  /**
   * Empties the caches: the next backtest reads everything again. The engine remains usable, a
   * backtest that is running continues, and the counts of hits and misses stay.
   */
  clearCaches(): void
  /** Empties the caches; the engine cannot be used afterwards. */
  close(): void
}

export interface EngineOptions {
  /** Silent if absent. */
  readonly log?: EngineLog
  /**
   * The source of bundles; plain directories if absent. A `bundlePool` given to several engines is
   * shared: closing an engine does not close it, and its counters are not the engine's. An engine
   * with `config.bundlePool` puts a pool of its own in front of the given source.
   */
  readonly bundles?: BundleSource
  /**
   * A ledger in place of the one that `config` chooses, for suites that compare ledgers. No setting
   * chooses it, and nothing checks whether its amounts are exact.
   */
  readonly ledger?: LedgerMaker
}

/**
 * The engine's composition root. Flags are read only here and in `openBundles`: the plain ports are
 * the pure baseline, and each optimization that is on wraps one of them.
 */
export function openEngine(config: OptimizationConfig, options: EngineOptions = {}): Engine {
  const log = options.log ?? engineLog()
  const counted: Counters = { 'engine.backtests': 0, 'engine.bars': 0 }

  const bundles = openBundles(config, log, options.bundles)
  const ledger = options.ledger ?? (config.tickLedger ? tickLedger : decimalLedger)
  const { caches, ...ports } = openCaches(config, log)
  const sources = { ...ports, ledger }
  let open = true
  const checkOpen = () => {
    if (!open) throw new EngineError('strategy-misuse', 'this engine is closed; open another one')
  }
  const counters = (): Counters =>
    Object.assign(
      { ...counted, ...bundles.counters() },
      ...caches.map((cache) => cache.counters()),
    ) as Counters
  const clearCaches = () => {
    bundles.close()
    for (const cache of caches) cache.clear()
  }
  const count = (bars: number) => {
    counted['engine.backtests']!++
    counted['engine.bars']! += bars
  }
  const run = async (spec: BacktestSpec): Promise<Simulated> => {
    checkOpen()
    const simulated = await withBundle(bundles.source, spec.bundle, (bundle) =>
      runBacktest(sources, bundle, spec),
    )
    count(simulated.run.bars)
    return simulated
  }
  return {
    config,
    backtest: async (spec) => (await run(spec)).result(),
    async trial(spec, objective = 'total-return', wanted = {}) {
      const definition = definitionOf(objective)
      const { run: ended, result } = await run(spec)
      return summaryOfRun(ended, definition, result, wanted)
    },
    sweep(spec, objective = 'total-return') {
      const maxBytes = config.indicatorBytes
      const options = { sources, maxBytes, log, count }
      const swept = new Sweep(spec, objective, options)
      return {
        async map(tasks) {
          checkOpen()
          return withBundle(bundles.source, spec.bundle, (bundle) => swept.run(bundle, tasks))
        },
      }
    },
    async open(directory) {
      checkOpen()
      return bundles.source.open(directory)
    },
    counters,
    cacheStats: () => cacheStatsOf(counters()),
    clearCaches,
    close() {
      open = false
      clearCaches()
    },
  }
}

/** The ports of a backtest's data, each behind its cache if that is on, and these caches. */
function openCaches(
  config: OptimizationConfig,
  log: EngineLog,
): Omit<BacktestSources, 'ledger'> & { readonly caches: readonly CacheControl[] } {
  const caches: CacheControl[] = []
  let assets: AssetDirectory = plainAssetDirectory()
  let bars: BarSource = plainBarSource()
  let history: HistorySource = plainHistorySource()
  let indicators: IndicatorSource = plainIndicatorSource()
  if (config.sharedBundles) {
    assets = sharedAssets(assets)
    bars = sharedBars(bars)
  }
  if (config.assetListCache) {
    const cached = assetListCache(assets, { maxEntries: config.assetListEntries, log })
    caches.push(cached)
    assets = cached
  }
  if (config.preGroupedBars) {
    const cached = preGroupedBars(bars, { maxBytes: config.preGroupedBytes, log })
    caches.push(cached)
    bars = cached
  }
  if (config.historyCache) {
    const cached = historyCache(history, {
      maxBytes: config.historyCacheBytes,
      maxEntries: config.historyCacheEntries,
      keptWindows: config.historyKeptWindows,
      keepsArrays: config.historyCacheArrays,
      log,
    })
    caches.push(cached)
    history = cached
  }
  if (config.sharedIndicators) {
    const shared = sharedIndicators({ maxBytes: config.indicatorBytes, log })
    caches.push(shared)
    indicators = shared
  }
  return { assets, bars, history, indicators, caches }
}

/** Closes a bundle that it opened, also after an error; a bundle that was open stays open. */
async function withBundle<T>(
  source: BundleSource,
  given: string | OpenBundle,
  use: (bundle: OpenBundle) => Promise<T>,
): Promise<T> {
  if (typeof given !== 'string') return use(given)
  const bundle = await source.open(given)
  try {
    return await use(bundle)
  } finally {
    bundle.close()
  }
}
