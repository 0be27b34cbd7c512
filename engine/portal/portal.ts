import type { ColumnTable } from 'arquero'
import type { AssetId } from '../market/asset.js'
import type { Field } from '../market/bars.js'
import type { Frequency } from '../market/calendar.js'
import type { HistoryBlock } from './history-block.js'
import type { PriceWindow } from './price-window.js'

export type ReturnType = 'dataframe' | 'array'

export interface HistoryOptions<Type extends ReturnType = ReturnType> {
  /** The form of the result. If absent, `dataframe`. */
  readonly returnType?: Type
}

/**
 * A strategy's only access to data. It gives everything up to the current bar and nothing after
 * it.
 */
export interface Portal {
  /** Sorted by id. */
  readonly assets: readonly AssetId[]
  /** The frequency of the bundle, the only one that `history` accepts. */
  readonly frequency: Frequency
  /**
   * The last `barCount` bars up to the current one, adjusted by the splits and dividends effective
   * by now. In an untraded bar, prices are NaN and volume is 0, but `price` is the last known
   * close. The numbers of both return types are bit-identical.
   *
   * `dataframe` (default) gives an Arquero table. For one asset it has `date` and the fields. For
   * a list of assets it has `date`, `asset` and the fields, ordered by date and then by asset.
   * `date` is a JS Date in UTC. `array` gives, for one asset and one field, a `PriceWindow`,
   * oldest first; otherwise it gives a block.
   *
   * @param barCount  whole number ≥ 1
   * @throws {EngineError} `window`: the window would start before the data; the message names the
   * first session with enough bars
   * @throws {EngineError} `unknown-asset`; `strategy-misuse`: an unknown field, a frequency that
   * is not the bundle's, a bar count below 1
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
   * The value of the current bar. If the asset did not trade in it, NaN, 0 for volume, or the last
   * known close for `price`.
   *
   * @throws {EngineError} `unknown-asset`; `strategy-misuse`: unknown field
   */
  current(asset: AssetId, field: Field): number
  /**
   * Whether the asset has a price, so that an order for it can be placed. The asset may never
   * trade again, since a halted and a delisted asset look the same (see `isStale`). Orders wait
   * for a bar with volume.
   */
  canTrade(asset: AssetId): boolean
  /** Whether the asset has a price but did not trade in the current bar. */
  isStale(asset: AssetId): boolean
  /**
   * Number of bars of the asset so far, including untraded ones. It is the length of the longest
   * window that `history` can return.
   */
  available(asset: AssetId): number
}

export type ArrayOptions = HistoryOptions<'array'> & { readonly returnType: 'array' }
export type FrameOptions = HistoryOptions<'dataframe'>
export type OneOrMore<T> = T | readonly T[]
