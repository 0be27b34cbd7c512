import type { ColumnTable } from 'arquero'
import { EngineError } from '../errors.js'
import type { AssetId } from '../market/asset.js'
import type { Field, SessionRange } from '../market/bars.js'
import { type Calendar, type Frequency, sessionText } from '../market/calendar.js'
import type { AssetHistory } from './asset-history.js'
import type { Clock } from './clock.js'
import { assetFrame, assetsFrame } from './frame.js'
import { HistoryBlock } from './history-block.js'
import { unknownAsset } from './long-table.js'
import type { ArrayOptions, FrameOptions, HistoryOptions, OneOrMore, Portal } from './portal.js'
import type { PriceWindow } from './price-window.js'

/** The portal over bars in memory. A window is a view of a column; only frames of several assets copy. */
export class BarPortal implements Portal {
  readonly assets: readonly AssetId[]
  readonly frequency: Frequency
  readonly #histories: ReadonlyMap<AssetId, AssetHistory>
  readonly #calendar: Calendar
  readonly #range: SessionRange
  readonly #clock: Clock
  #sessions: Int32Array | undefined
  #dates: readonly Date[] | undefined

  /**
   * @param histories  by asset id, in the order of the ids
   * @param range      the calendar indices loaded; nothing outside is ever shown
   * @param clock      the moment everything is seen from
   */
  constructor(histories: ReadonlyMap<AssetId, AssetHistory>, calendar: Calendar, range: SessionRange, clock: Clock) {
    this.assets = [...histories.keys()]
    this.frequency = calendar.frequency
    this.#histories = histories
    this.#calendar = calendar
    this.#range = range
    this.#clock = clock
  }

  history(asset: AssetId, field: Field, barCount: number, frequency: Frequency, options: ArrayOptions): PriceWindow
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
      if (typeof assets === 'string' && typeof fields === 'string') return this.#window(assets, fields, barCount)
      return this.#block(listOf(assets, 'asset'), listOf(fields, 'field'), barCount)
    }
    if (options?.returnType !== undefined && options.returnType !== 'dataframe') throw wrongReturnType(options.returnType)
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
    if (typeof assets === 'string') {
      const columns = this.#windows([assets], fields, barCount)
      return assetFrame(this.#datesOf(barCount), fields, columns)
    }
    const listed = listOf(assets, 'asset')
    const columns = this.#windows(listed, fields, barCount)
    return assetsFrame(this.#datesOf(barCount), listed, fields, columns)
  }

  #block(assets: readonly AssetId[], fields: readonly Field[], barCount: number): HistoryBlock {
    const columns = this.#windows(assets, fields, barCount)
    const { from, to } = this.#range
    this.#sessions ??= Int32Array.from({ length: to - from }, (_, i) => from + i)
    const end = this.#clock.bar + 1 - from
    return new HistoryBlock(assets, fields, this.#sessions.subarray(end - barCount, end), columns)
  }

  /** One window per asset and field: asset by asset, within it field by field. */
  #windows(assets: readonly AssetId[], fields: readonly Field[], barCount: number): PriceWindow[] {
    const windows: PriceWindow[] = []
    for (const asset of assets) {
      for (const field of fields) windows.push(this.#window(asset, field, barCount))
    }
    return windows
  }

  #window(asset: AssetId, field: Field, barCount: number): Float64Array {
    const history = this.#history(asset)
    const end = this.#clock.bar + 1 - history.bars.firstSession
    if (end < barCount) throw this.#tooEarly(asset, history, barCount)
    return history.column(field).subarray(end - barCount, end)
  }

  #datesOf(barCount: number): Date[] {
    const { from, to } = this.#range
    this.#dates ??= Array.from(this.#calendar.times.subarray(from, to), (time) => new Date(time))
    const end = this.#clock.bar + 1 - from
    return this.#dates.slice(end - barCount, end)
  }

  #history(asset: AssetId): AssetHistory {
    const history = this.#histories.get(asset)
    if (history === undefined) throw unknownAsset(asset, this.assets, 'this backtest')
    return history
  }

  #check(barCount: number, frequency: Frequency): void {
    if (frequency !== this.frequency) {
      const own = this.frequency
      throw new EngineError('strategy-misuse', `history of ${frequency} bars asked of a bundle of ${own} bars; ask for '${own}'`)
    }
    if (!Number.isInteger(barCount) || barCount < 1) {
      throw new EngineError('strategy-misuse', `history of ${barCount} bars; ask for a whole number of bars, at least 1`)
    }
  }

  #tooEarly(asset: AssetId, { bars }: AssetHistory, barCount: number): EngineError {
    const first = bars.firstSession + barCount - 1
    const remedy =
      first < this.#range.to
        ? `the first session that has it is ${sessionText(this.#calendar, first)}`
        : `no session of this backtest has it; give it more warm-up or ask for fewer bars`
    return new EngineError('window', `history of ${barCount} bars of ${asset} starts before its data; ${remedy}`, {
      details: { asset, barCount, ...(first < this.#range.to && { firstSession: first }) },
    })
  }
}

function listOf<T extends string>(given: OneOrMore<T>, what: string): readonly T[] {
  if (typeof given === 'string') return [given]
  if (given.length > 0) return given
  throw new EngineError('strategy-misuse', `history of no ${what}; name at least one`)
}

function wrongReturnType(given: string): EngineError {
  return new EngineError('strategy-misuse', `history has no return type '${given}'; it is 'dataframe' or 'array'`)
}
