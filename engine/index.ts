/** The public API, for strategies, searches and suites. */
export { type AssetBars, type BundleContent, DEFAULT_SCALES } from './bundle/content.js'
export { type IngestedContent, type IngestOptions, ingestCsv } from './bundle/ingest.js'
export { recoverBundle } from './bundle/leftovers.js'
export type { BundleFormat, BundleManifest, Provenance, Scales } from './bundle/manifest.js'
export { memoryBundle } from './bundle/memory-bundle.js'
export { plainBundleSource } from './bundle/plain-source.js'
export type { ReadingOptions } from './bundle/price-files/price-table.js'
export { type Finding, validateBundle } from './bundle/validate.js'
export { writeBundle } from './bundle/write-bundle.js'
export { type BundlePool, type BundlePoolOptions, bundlePool } from './cache/bundle-pool.js'
export type { CacheFigures, CacheStats } from './cache/cache-stats.js'
export {
  configVariables,
  defaults,
  enable,
  enableLayer,
  type OptimizationConfig,
  type OptimizationFlag,
  pureBaseline,
  returnTypeOf,
} from './config.js'
export { checkData, type DataCheck } from './data-check/check-data.js'
export type { DataNote } from './data-check/data-note.js'
export { EngineError, type EngineErrorCode } from './errors.js'
export { type Executor, inlineExecutor } from './execution/inline.js'
export type { PoolRunOptions, PoolTrialOptions } from './execution/pool-executors.js'
export {
  type QueueWorker,
  type QueueWorkerEvent,
  type QueueWorkerOptions,
  queueWorker,
} from './execution/queue/queue-worker.js'
export type { QueueStatistics } from './execution/queue/queued-run.js'
export {
  type RedisQueue,
  type RedisQueueOptions,
  redisQueue,
} from './execution/queue/redis-queue.js'
export type { FailedTrial } from './execution/task-run.js'
export {
  type PoolStatistics,
  type WorkerPool,
  type WorkerPoolOptions,
  workerPool,
} from './execution/worker-pool.js'
export type { WorkerStatistics } from './execution/workers.js'
export type { IndicatorHandle } from './indicators/handle.js'
export {
  atr,
  ema,
  highest,
  type Indicator,
  type IndicatorKind,
  lowest,
  type OwnFunction,
  type OwnIndicator,
  type OwnIndicatorSpec,
  ownIndicator,
  rollingSum,
  rsi,
  sma,
  stdev,
} from './indicators/indicator.js'
export { compareAverages, windowAverage } from './indicators/moving-average.js'
export { RollingTickSum, type TickSum, tickSum } from './indicators/tick-sum.js'
export { type EngineLog, engineLog, type LogLevel } from './log.js'
export {
  checkLookAhead,
  type LookAheadOptions,
  type LookAheadReport,
  type LookAheadSpec,
  type LookAheadVerdict,
} from './look-ahead/check-look-ahead.js'
export type { RunDifference } from './look-ahead/first-difference.js'
export { makeStrategy, type StrategyMaker } from './look-ahead/make-strategy.js'
export type { Adjustment, DividendPolicy } from './market/adjustments.js'
export type { Asset, AssetId } from './market/asset.js'
export {
  BAR_FIELDS,
  type BarField,
  type Bars,
  FIELDS,
  type Field,
  type SessionRange,
} from './market/bars.js'
export { type Calendar, calendarFrom, type Frequency, sessionText } from './market/calendar.js'
export { Money, ticksToText } from './market/money.js'
export { type Engine, type EngineOptions, openEngine } from './open-engine.js'
export type { HistoryBlock } from './portal/history-block.js'
export type {
  ArrayOptions,
  FrameOptions,
  HistoryOptions,
  OneOrMore,
  Portal,
  ReturnType,
} from './portal/portal.js'
export type { PriceWindow } from './portal/price-window.js'
export type { AssetDirectory, BarSource, BundleSource, Counters, OpenBundle } from './ports.js'
export { METHODS, type MethodName, makeSampler, restoreSampler } from './samplers/methods.js'
export type {
  Answer,
  FidelityOptions,
  Proposal,
  Sampler,
  SamplerOptions,
  SamplerState,
} from './samplers/sampler.js'
export {
  gridPoints,
  gridSearch,
  rangeOf,
  type SearchOptions,
  type SearchResult,
  type Trial,
  type TrialTask,
} from './search/grid.js'
export { faultOfImport, importModule } from './search/module/import-module.js'
export type { SearchQueue } from './search/module/module-executors.js'
export {
  type OpenedSearch,
  type OpenSearchOptions,
  openSearch,
  type PriceFiles,
  searchModule,
} from './search/module/open-search.js'
export type {
  SearchFindings,
  SearchJournal,
  SearchProgress,
  SearchRunOptions,
} from './search/module/run-search.js'
export type { BacktestSettings, SearchModule } from './search/module/search-description.js'
export {
  type LoadedSearch,
  loadSearchModule,
  type SearchModuleMaker,
  type SearchModuleOptions,
  specOf,
} from './search/module/search-module.js'
export {
  OBJECTIVES,
  type Objective,
  type ObjectiveName,
  type OwnObjective,
} from './search/objectives.js'
export type { FidelityCorrelation } from './search/optimize/fidelity-correlation.js'
export {
  type OptimizeOptions,
  type OptimizeOutcome,
  type OptimizeProgress,
  optimize,
} from './search/optimize/optimize.js'
export type { ResultConstraints } from './search/optimize/result-constraints.js'
export type { ResolvedPlan, SearchPlan, SearchWindows } from './search/optimize/search-plan.js'
export type { OptimizedTrial, TrialJournal } from './search/optimize/trial-runner.js'
export type { Absent } from './search/overfitting/absent.js'
export type { BacktestOverfitting } from './search/overfitting/backtest-overfitting.js'
export type { DeflatedSharpe } from './search/overfitting/deflated-sharpe.js'
export type { ReturnBlocks } from './search/overfitting/return-blocks.js'
export { overfittingOf, type SearchOverfitting } from './search/overfitting/search-overfitting.js'
export {
  categorical,
  continuous,
  type Dimension,
  discrete,
  namedValues,
  type ParameterSpace,
  type Parameters,
  type ParameterValue,
  parameterSpace,
  type Scale,
} from './search/parameter-space.js'
export {
  rerun,
  type SearchExecutors,
  type SearchedTrial,
  type SearchOutcome,
  search,
} from './search/search.js'
export type { TrialSummary, WantedFigures } from './search/trial-summary.js'
export {
  type WalkForwardResult,
  type WindowResult,
  walkForward,
} from './search/walk-forward/walk-forward.js'
export type {
  SearchedWindow,
  WalkForwardSearch,
} from './search/walk-forward/walk-forward-search.js'
export {
  type Segment,
  type WalkForwardPlan,
  type WalkForwardWindow,
  walkForwardWindows,
} from './search/walk-forward/walk-forward-windows.js'
export type { Context, OrderId, Portfolio, TradingAlgorithm } from './simulation/algorithm.js'
export type { BacktestSpec } from './simulation/backtest.js'
export type { FillPolicy } from './simulation/blotter.js'
export type { CommissionModel } from './simulation/commission.js'
export type { CurveMetrics, Metrics } from './simulation/metrics.js'
export type { OrderStatus, OrderStyle } from './simulation/order.js'
export {
  type BacktestResult,
  type BundleIdentity,
  canonical,
  type DecimalText,
  digest,
  type EquityCurve,
  type Fill,
  type OrderRecord,
  type SessionText,
  type Trade,
} from './simulation/result.js'
export type { SlippageModel } from './simulation/slippage.js'
export type { RangeSpec } from './simulation/trading-range.js'
export {
  indicatorSum,
  indicatorValue,
  type Signal,
  type SignalInput,
  signalStrategy,
} from './sweep/signal.js'
export type { SweepSpec } from './sweep/sweep.js'
