import type { ColumnTable } from 'arquero'
import { EngineError } from '../errors.js'
import type { AssetId } from '../market/asset.js'
import type { Field } from '../market/bars.js'
import type { Calendar, Frequency } from '../market/calendar.js'
import type { AssetWindows } from '../ports.js'
import type { AssetHistory } from './asset-history.js'
import type { BarDates } from './bar-dates.js'
import { assetsFrame, raggedFrame } from './frame.js'
import { HistoryBlock } from './history-block.js'
import { unknownAsset } from './long-table.js'
import type { ArrayOptions, FrameOptions, HistoryOptions, OneOrMore, Portal } from './portal.js'
import type { PriceWindow } from './price-window.js'

/** The parts from which a portal is made. */
export interface PortalParts {
  /** The history of each asset, in the order of the ids. */
  readonly histories: ReadonlyMap<AssetId, AssetHistory>
  /** The windows of each asset. */
  readonly windows: ReadonlyMap<AssetId, AssetWindows>
  readonly calendar: Calendar
  readonly dates: BarDates
}

/** The portal over bars in memory. The windows that it returns belong to the strategy. */
export class BarPortal implements Portal {
  readonly assets: readonly AssetId[]
  readonly frequency: Frequency
  readonly #histories: ReadonlyMap<AssetId, AssetHistory>
  readonly #windowsOf: ReadonlyMap<AssetId, AssetWindows>
  readonly #dates: BarDates

  constructor({ histories, windows, calendar, dates }: PortalParts) {
    this.assets = Object.freeze([...histories.keys()])
    this.frequency = calendar.frequency
    this.#histories = histories
    this.#windowsOf = windows
    this.#dates = dates
  }

  history(
    asset: AssetId,
    field: Field,
    barCount: number,
    frequency: Frequency,
    options: ArrayOptions,
  ): PriceWindow
  history(
    assets: OneOrMore<AssetId>,
    fields: OneOrMore<Field>,
    barCount: number,
    frequency: Frequency,
    options: ArrayOptions,
  ): HistoryBlock
  history(
    assets: OneOrMore<AssetId>,
    fields: OneOrMore<Field>,
    barCount: number,
    frequency: Frequency,
    options?: FrameOptions,
  ): ColumnTable
  history(
    assets: OneOrMore<AssetId>,
    fields: OneOrMore<Field>,
    barCount: number,
    frequency: Frequency,
    options?: HistoryOptions,
  ): PriceWindow | HistoryBlock | ColumnTable {
    this.#check(barCount, frequency)
    if (options?.returnType === 'array') {
      if (typeof assets === 'string' && typeof fields === 'string')
        return this.#window(assets, fields, barCount)
      return this.#block(listOf(assets, 'asset'), listOf(fields, 'field'), barCount)
    }
    if (options?.returnType !== undefined && options.returnType !== 'dataframe')
      throw wrongReturnType(options.returnType)
    return this.#frame(assets, listOf(fields, 'field'), barCount)
  }

  current(asset: AssetId, field: Field): number {
    return this.#history(asset).current(field)
  }

  canTrade(asset: AssetId): boolean {
    return !Number.isNaN(this.current(asset, 'price'))
  }

  isStale(asset: AssetId): boolean {
    return this.canTrade(asset) && !(this.current(asset, 'volume') > 0)
  }

  available(asset: AssetId): number {
    return this.#history(asset).available
  }

  #frame(assets: OneOrMore<AssetId>, fields: readonly Field[], barCount: number): ColumnTable {
    if (typeof assets === 'string') return this.#source(assets).frame(fields, barCount)
    const listed = listOf(assets, 'asset')
    const columns = this.#windows(listed, fields, barCount)
    if (!this.#skipsSlots(listed))
      return assetsFrame(this.#dates.last(barCount), listed, fields, columns)
    const sessions = listed.map((asset) => this.#history(asset).sessions(barCount))
    return raggedFrame((at) => this.#dates.at(at), sessions, listed, fields, columns)
  }

  #block(assets: readonly AssetId[], fields: readonly Field[], barCount: number): HistoryBlock {
    const columns = this.#windows(assets, fields, barCount)
    const distinct = this.#skipsSlots(assets) ? assets : assets.slice(0, 1)
    const sessions = distinct.map((asset) => this.#history(asset).sessions(barCount))
    return new HistoryBlock([...assets], [...fields], sessions, columns)
  }

  /** Whether one of the assets has a calendar of its own, so that windows end at different bars. */
  #skipsSlots(assets: readonly AssetId[]): boolean {
    return assets.some((asset) => this.#history(asset).skipsSlots)
  }

  /**
   * One window per asset and field. Windows of the same asset are adjacent, in the order of the
   * fields.
   */
  #windows(assets: readonly AssetId[], fields: readonly Field[], barCount: number): PriceWindow[] {
    const windows: PriceWindow[] = []
    for (const asset of assets) {
      for (const field of fields) windows.push(this.#window(asset, field, barCount))
    }
    return windows
  }

  #window(asset: AssetId, field: Field, barCount: number): Float64Array {
    return this.#source(asset).window(field, barCount)
  }

  #source(asset: AssetId): AssetWindows {
    const windows = this.#windowsOf.get(asset)
    if (windows === undefined) throw unknownAsset(asset, this.assets, 'this backtest')
    return windows
  }

  #history(asset: AssetId): AssetHistory {
    const history = this.#histories.get(asset)
    if (history === undefined) throw unknownAsset(asset, this.assets, 'this backtest')
    return history
  }

  #check(barCount: number, frequency: Frequency): void {
    if (frequency !== this.frequency) {
      throw new EngineError(
        'strategy-misuse',
        `history of ${frequency} bars from a bundle of ${this.frequency} bars; use frequency '${this.frequency}'`,
      )
    }
    if (!Number.isInteger(barCount) || barCount < 1) {
      throw new EngineError(
        'strategy-misuse',
        `history of ${barCount} bars; give a whole number of bars, at least 1`,
      )
    }
  }
}

function listOf<T extends string>(given: OneOrMore<T>, what: string): readonly T[] {
  if (typeof given === 'string') return [given]
  if (given.length > 0) return given
  throw new EngineError('strategy-misuse', `history of no ${what}; name at least one`)
}

function wrongReturnType(given: string): EngineError {
  return new EngineError(
    'strategy-misuse',
    `history has no return type '${given}'; use 'dataframe' or 'array'`,
  )
}
