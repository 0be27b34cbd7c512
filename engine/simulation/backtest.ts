import { EngineError } from '../errors.js'
import { adjustmentTimeline } from '../market/adjustment-timeline.js'
import type { DividendPolicy } from '../market/adjustments.js'
import type { Asset, AssetId } from '../market/asset.js'
import { Money } from '../market/money.js'
import { AssetHistory } from '../portal/asset-history.js'
import { BarDates } from '../portal/bar-dates.js'
import { BarPortal } from '../portal/bar-portal.js'
import { Clock } from '../portal/clock.js'
import { extendBars } from '../portal/dense-bars.js'
import { unknownAsset } from '../portal/long-table.js'
import type {
  AssetDirectory,
  AssetWindows,
  BarSource,
  HistoryScope,
  HistorySource,
  OpenBundle,
} from '../ports.js'
import type { TradingAlgorithm } from './algorithm.js'
import type { FillPolicy } from './blotter.js'
import { type CommissionModel, checkCommission } from './commission.js'
import { decimalLedger } from './ledger.js'
import type { BacktestResult } from './result.js'
import { simulate } from './simulate.js'
import { checkSlippage, type SlippageModel } from './slippage.js'
import { type RangeSpec, type TradingRange, tradingRange } from './trading-range.js'

/** One backtest, apart from the engine that runs it. */
export interface BacktestSpec {
  /**
   * Directory of a bundle, opened for this backtest and closed after it; or a bundle already open,
   * which stays open.
   */
  readonly bundle: string | OpenBundle
  readonly algorithm: TradingAlgorithm
  /** All assets that trade in the range, where absent. */
  readonly assets?: readonly AssetId[]
  /** The whole bundle, where absent. */
  readonly range?: RangeSpec
  /**
   * Slots before the start that are readable, but never traded; all there are, where absent. Bars
   * before start − warmUp are not loaded: where an asset is halted at that point, its `price` is
   * unknown (NaN) until its first trade from there on.
   */
  readonly warmUp?: number
  /** Starting cash, an exact decimal; 1 000 000 where absent. */
  readonly cash?: number | string
  /** `next-open` where absent. */
  readonly fill?: FillPolicy
  readonly slippage?: SlippageModel
  readonly commission?: CommissionModel
  /** `prior-close` where absent. */
  readonly dividendPolicy?: DividendPolicy
}

/** The sources a backtest reads through; each may be a cache. */
export interface BacktestSources {
  readonly assets: AssetDirectory
  readonly bars: BarSource
  readonly history: HistorySource
}

const DEFAULT_CASH = 1_000_000

/**
 * Runs one backtest over an open bundle.
 *
 * @throws {EngineError} `unknown-asset`; `input-invalid`: a range, cash or model that makes no
 * sense; whatever reading the bundle throws
 */
export async function runBacktest(
  sources: BacktestSources,
  bundle: OpenBundle,
  spec: BacktestSpec,
): Promise<BacktestResult> {
  const { calendar, manifest } = bundle
  const range = tradingRange(calendar, spec.range ?? {}, spec.warmUp)
  const startingCash = readCash(spec.cash ?? DEFAULT_CASH, manifest.scales.price)
  const {
    dividendPolicy = 'prior-close',
    fill = 'next-open',
    slippage = { kind: 'none' },
    commission = { kind: 'none' },
  } = spec
  checkSlippage(slippage)
  checkCommission(commission)

  const universe = chooseAssets(
    await sources.assets.assets(bundle),
    spec.assets,
    range,
    manifest.name,
  )
  const clock = new Clock()
  const adjustments = await bundle.adjustments()
  const loaded = { from: range.from, to: range.end }
  const scope: HistoryScope = {
    bundle,
    range: loaded,
    dividendPolicy,
    dates: new BarDates(calendar, loaded, clock),
  }
  const histories = new Map<AssetId, AssetHistory>()
  const windows = new Map<AssetId, AssetWindows>()
  for (const asset of universe) {
    const raw = await sources.bars.bars(bundle, asset.id, loaded)
    const bars = extendBars(raw, range.end)
    const timeline = adjustmentTimeline(
      bars,
      adjustments,
      dividendPolicy,
      manifest.scales,
      calendar,
    )
    const history = new AssetHistory(bars, timeline, clock)
    histories.set(asset.id, history)
    windows.set(asset.id, sources.history.windows(history, scope))
  }
  const portal = new BarPortal({
    histories,
    windows,
    calendar,
    range: loaded,
    clock,
    dates: scope.dates,
  })
  return simulate({
    bundle: { name: manifest.name, version: bundle.version },
    algorithm: spec.algorithm,
    calendar,
    start: range.start,
    end: range.end,
    histories,
    portal,
    clock,
    adjustments,
    rules: { fill, slippage, commission, priceScale: manifest.scales.price },
    startingCash,
    ledger: decimalLedger(startingCash, manifest.scales.price),
  })
}

/** The assets of the backtest, sorted by id: those asked for, or all that trade in the range. */
function chooseAssets(
  all: readonly Asset[],
  wanted: readonly AssetId[] | undefined,
  { from, end }: TradingRange,
  bundleName: string,
): readonly Asset[] {
  const alive = all.filter((asset) => asset.firstSession < end && asset.lastSession >= from)
  const ids = alive.map((asset) => asset.id)
  const missing = wanted?.find((id) => !ids.includes(id))
  if (missing !== undefined)
    throw unknownAsset(missing, ids, `the range asked of bundle ${bundleName}`)
  if (alive.length > 0 && wanted?.length !== 0)
    return wanted === undefined ? alive : alive.filter(({ id }) => wanted.includes(id))
  throw new EngineError(
    'input-invalid',
    `no asset of bundle ${bundleName} to trade; name assets and a range in which they trade`,
  )
}

function readCash(cash: number | string, priceScale: number): Money {
  const text = String(cash)
  const amount = /^\d+(\.\d+)?$/.test(text) ? new Money(text) : undefined
  if (amount?.gt(0) && amount.decimalPlaces() <= priceScale) return amount
  throw new EngineError(
    'input-invalid',
    `starting cash ${text}; give a positive decimal of at most ${priceScale} places`,
  )
}
