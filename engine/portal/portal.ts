import type { ColumnTable } from 'arquero'
import type { AssetId } from '../market/asset.js'
import type { Field } from '../market/bars.js'
import type { Frequency } from '../market/calendar.js'
import type { HistoryBlock } from './history-block.js'
import type { PriceWindow } from './price-window.js'

export type ReturnType = 'dataframe' | 'array'

export interface HistoryOptions<Type extends ReturnType = ReturnType> {
  /** `dataframe` if absent, always. */
  readonly returnType?: Type
}

/** A strategy's only access to data: everything up to the current bar, nothing after it. */
export interface Portal {
  /** Sorted by id. */
  readonly assets: readonly AssetId[]
  /** The bundle's; `history` accepts no other. */
  readonly frequency: Frequency
  /**
   * The last `barCount` bars, ending with the current one, adjusted by the splits and dividends
   * effective by now. An untraded bar is NaN for prices and 0 for volume; `price` is the last known
   * close. Both return types hold bit-identical numbers.
   *
   * `dataframe` (default): an Arquero table; one asset → `date` and the fields; a list of assets →
   * `date`, `asset` and the fields, ordered by date, then asset. `date` is a JS Date in UTC.
   * `array`: one asset and one field → a read-only view, oldest first; otherwise a block.
   *
   * @param barCount  whole number ≥ 1
   * @throws {EngineError} `window`: it would start before the data; the message names the first
   * session with enough bars
   * @throws {EngineError} `unknown-asset`; `strategy-misuse`: unknown field, another frequency than
   * the bundle's, a bar count below 1
   */
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
  /**
   * The value of the current bar as of now: NaN (volume 0) if the asset did not trade; `price` is
   * the last known close.
   *
   * @throws {EngineError} `unknown-asset`; `strategy-misuse`: unknown field
   */
  current(asset: AssetId, field: Field): number
  /**
   * True once the asset has a price: an order for it can be placed. The asset need not trade again:
   * a halted and a delisted asset look the same (see `isStale`), and orders wait for a bar with
   * volume.
   */
  canTrade(asset: AssetId): boolean
  /** True if the asset has a price but did not trade in the current bar. */
  isStale(asset: AssetId): boolean
  /**
   * Number of bars of the asset so far, untraded ones included: the longest window that `history`
   * can return.
   */
  available(asset: AssetId): number
}

export type ArrayOptions = HistoryOptions<'array'> & { readonly returnType: 'array' }
export type FrameOptions = HistoryOptions<'dataframe'>
export type OneOrMore<T> = T | readonly T[]
