import { EngineError } from '../errors.js'
import { DeclaredIndicators } from '../indicators/declared-indicators.js'
import { adjustmentTimeline, type TickScales } from '../market/adjustment-timeline.js'
import type { Adjustment, DividendPolicy } from '../market/adjustments.js'
import { type Asset, type AssetId, compareIds, ownCalendarIds } from '../market/asset.js'
import type { Calendar } from '../market/calendar.js'
import { exact, isShort } from '../market/exact.js'
import { powerOfTen } from '../market/money.js'
import { periodsPerYear } from '../market/periods-per-year.js'
import { product, type Whole, wholeUnits } from '../market/whole.js'
import { AssetHistory } from '../portal/asset-history.js'
import { BarDates } from '../portal/bar-dates.js'
import { BarPortal } from '../portal/bar-portal.js'
import { checkSpacing } from '../portal/bar-spacing.js'
import { Clock } from '../portal/clock.js'
import { unknownAsset } from '../portal/long-table.js'
import type {
  AssetDirectory,
  AssetWindows,
  BarSource,
  HistoryScope,
  HistorySource,
  IndicatorSource,
  OpenBundle,
} from '../ports.js'
import type { TradingAlgorithm } from './algorithm.js'
import { AssetNumbers } from './asset-numbers.js'
import type { ExecutionRules, FillPolicy } from './blotter.js'
import { checkChoice } from './choice.js'
import { type CommissionModel, checkCommission } from './commission.js'
import { HistoryPrices } from './current-prices.js'
import type { Ledger } from './ledger.js'
import type { Annualisation } from './metrics.js'
import { SessionTexts } from './session-texts.js'
import { type Simulated, simulate } from './simulate.js'
import type { SimulationParts } from './simulation-parts.js'
import { checkSlippage, type SlippageModel } from './slippage.js'
import { sessionEnds } from './trading-day.js'
import { type RangeSpec, type TradingRange, tradingRange } from './trading-range.js'

/** One backtest, independent of the engine that runs it. */
export interface BacktestSpec {
  /**
   * Directory of a bundle, opened for this backtest and closed after it; or a bundle already open,
   * which stays open.
   */
  readonly bundle: string | OpenBundle
  readonly algorithm: TradingAlgorithm
  /** If absent, all assets that trade in the range. */
  readonly assets?: readonly AssetId[]
  /** If absent, the whole bundle. */
  readonly range?: RangeSpec
  /**
   * Number of slots before the start that are readable but never traded. If absent, all of them.
   * Bars before start − warmUp are not loaded, so if an asset is halted at that point, its `price`
   * is NaN until its next trade.
   */
  readonly warmUp?: number
  /** Starting cash, an exact decimal; 1 000 000 if absent. */
  readonly cash?: number | string
  /** `next-open` if absent. */
  readonly fill?: FillPolicy
  readonly slippage?: SlippageModel
  readonly commission?: CommissionModel
  /** `prior-close` if absent. */
  readonly dividendPolicy?: DividendPolicy
  /**
   * Sessions (trading days) that make a year in the metrics. If absent, the number follows from
   * the spacing of the bundle's sessions: 252, 365, 52, 12 …
   */
  readonly periodsPerYear?: number
  /** Risk-free return per year, compounded, as a fraction (0.02 is 2 %); 0 if absent. */
  readonly riskFree?: number
}

/** The conditions of a backtest: all but its strategy. */
export type BacktestConditions = Omit<BacktestSpec, 'algorithm'>

/** Makes the ledger of a backtest; the parameters are those of `tickLedger`. */
export type LedgerMaker = (
  startingCash: Whole,
  priceScale: number,
  assets: readonly AssetId[],
) => Ledger

/** The parts of a backtest that optimizations replace; each source may be a cache. */
export interface BacktestSources {
  readonly ledger: LedgerMaker
  readonly assets: AssetDirectory
  readonly bars: BarSource
  readonly history: HistorySource
  readonly indicators: IndicatorSource
}

const DEFAULT_CASH = 1_000_000

/** A backtest whose data are loaded, to be run with any strategy and a ledger of its own. */
export interface LoadedBacktest {
  /** By number. */
  readonly assets: readonly AssetId[]
  readonly clock: Clock
  /** Calendar indices traded: `start` inclusive, `end` exclusive. */
  readonly start: number
  readonly end: number
  /** Indicators of the loaded histories, without handles yet. */
  newIndicators(): DeclaredIndicators
  /**
   * The parts of one run, with a ledger of its own.
   *
   * @param indicators  new ones if absent
   */
  parts(indicators?: DeclaredIndicators): SimulationParts
}

/**
 * Runs one backtest over an open bundle.
 *
 * @throws {EngineError} see `withLoaded`
 */
export async function runBacktest(
  sources: BacktestSources,
  bundle: OpenBundle,
  spec: BacktestSpec,
): Promise<Simulated> {
  return withLoaded(sources, bundle, spec, ({ parts }) => simulate(spec.algorithm, parts()))
}

/**
 * Loads what a backtest needs of an open bundle, and uses it.
 *
 * @throws {EngineError} `unknown-asset`; `input-invalid`: an invalid range, cash or model; errors
 * of reading the bundle
 */
export async function withLoaded<Result>(
  sources: BacktestSources,
  bundle: OpenBundle,
  spec: BacktestConditions,
  use: (loaded: LoadedBacktest) => Result,
): Promise<Result> {
  const { calendar, manifest } = bundle
  const range = tradingRange(calendar, spec.range ?? {}, spec.warmUp)
  const rules = executionRules(spec, manifest.scales)
  const annualisation = annualisationOf(spec, calendar)
  const startingCash = readCash(spec.cash ?? DEFAULT_CASH, manifest.scales.price)

  const listed = await sources.assets.assets(bundle)
  const assets = chooseAssets(bundle, listed, spec.assets, range)
  const clock = new Clock()
  const loaded = { from: range.from, to: range.end }
  const dates = new BarDates(calendar, loaded, clock)
  const { dividendPolicy = 'prior-close' } = spec
  const scope = { bundle, range: loaded, dividendPolicy, dates }
  const adjustments = await bundle.adjustments()
  const { histories, windows } = await loadHistories(sources, scope, assets, adjustments, clock)
  const portal = new BarPortal({ histories, windows, calendar, dates })
  const byNumber = [...histories.values()]
  const identity = { name: manifest.name, version: bundle.version }
  const prices = new HistoryPrices(byNumber, clock)
  const numbers = new AssetNumbers(portal.assets)
  const texts = new SessionTexts(calendar)
  const ends = sessionEnds(calendar, range.start, range.end)
  const newIndicators = () =>
    new DeclaredIndicators(sources.indicators, histories, { ...scope, clock })
  return use({
    assets: portal.assets,
    clock,
    start: range.start,
    end: range.end,
    newIndicators,
    parts: (indicators = newIndicators()) => ({
      bundle: identity,
      calendar,
      start: range.start,
      end: range.end,
      ends,
      histories: byNumber,
      portal,
      clock,
      prices,
      numbers,
      texts,
      adjustments,
      rules,
      annualisation,
      startingCash,
      ledger: sources.ledger(startingCash, manifest.scales.price, portal.assets),
      indicators,
    }),
  })
}

function executionRules(spec: BacktestConditions, scales: TickScales): ExecutionRules {
  const { fill = 'next-open', slippage = { kind: 'none' }, commission = { kind: 'none' } } = spec
  checkChoice('fill', fill, ['next-open', 'next-close'])
  checkChoice('dividendPolicy', spec.dividendPolicy ?? 'prior-close', ['prior-close', 'ex-close'])
  checkSlippage(slippage)
  checkCommission(commission)
  return { fill, slippage, commission, priceScale: scales.price, volumeScale: scales.volume }
}

function annualisationOf(
  { periodsPerYear: given, riskFree = 0 }: BacktestConditions,
  calendar: Calendar,
): Annualisation {
  if (given !== undefined && !(given > 0 && Number.isFinite(given)))
    throw new EngineError(
      'input-invalid',
      `${given} periods per year; give a number above 0, such as 252, 365 or 12`,
    )
  if (!(riskFree > -1 && Number.isFinite(riskFree)))
    throw new EngineError(
      'input-invalid',
      `risk-free rate of ${riskFree} per year; give a fraction above -1, such as 0.02 for 2 %`,
    )
  return { periodsPerYear: given ?? periodsPerYear(calendar), riskFree }
}

async function loadHistories(
  sources: BacktestSources,
  scope: HistoryScope,
  assets: readonly Asset[],
  adjustments: readonly Adjustment[],
  clock: Clock,
) {
  const { bundle, range, dividendPolicy } = scope
  const { calendar, manifest } = bundle
  const histories = new Map<AssetId, AssetHistory>()
  const ownCalendars = ownCalendarIds(manifest.assets)
  const windows = new Map<AssetId, AssetWindows>()
  for (const { id } of assets) {
    const bars = await sources.bars.bars(bundle, id, range)
    const timeline = adjustmentTimeline(
      bars,
      adjustments,
      dividendPolicy,
      manifest.scales,
      calendar,
    )
    const history = new AssetHistory(bars, timeline, clock, ownCalendars.has(id))
    histories.set(id, history)
    windows.set(id, sources.history.windows(history, scope))
  }
  checkSpacing(
    [...histories.values()].map(({ bars }) => bars),
    calendar,
  )
  return { histories, windows }
}

/**
 * The assets of the backtest, sorted by id: the given ones, or all that trade in the range or are
 * unlisted.
 */
function chooseAssets(
  { manifest: { name: bundleName }, unlisted = [] }: OpenBundle,
  all: readonly Asset[],
  given: readonly AssetId[] | undefined,
  { from, end }: TradingRange,
): readonly Asset[] {
  const trading = all.filter((asset) => asset.firstSession < end && asset.lastSession >= from)
  const alive = [...trading, ...unlisted].sort((a, b) => compareIds(a.id, b.id))
  const ids = alive.map((asset) => asset.id)
  const missing = given?.find((id) => !ids.includes(id))
  if (missing !== undefined)
    throw unknownAsset(missing, ids, `the given range of bundle ${bundleName}`)
  if (alive.length > 0 && given?.length !== 0)
    return given === undefined ? alive : alive.filter(({ id }) => given.includes(id))
  throw new EngineError(
    'input-invalid',
    `no asset of bundle ${bundleName} to trade; name assets and a range in which they trade`,
  )
}

function readCash(cash: number | string, priceScale: number): Whole {
  if (typeof cash === 'number' && Number.isSafeInteger(cash) && cash > 0)
    return product(cash, powerOfTen(priceScale))
  const text = String(cash)
  const amount = /^\d+(\.\d+)?$/.test(text) ? exact(text) : undefined
  if (amount?.gt(0) && isShort(amount) && amount.decimalPlaces() <= priceScale)
    return wholeUnits(amount, priceScale)
  throw new EngineError(
    'input-invalid',
    `starting cash ${text.slice(0, 60)}; give a positive decimal of at most ${priceScale} places and 40 digits`,
  )
}
