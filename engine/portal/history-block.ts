import { EngineError } from '../errors.js'
import type { AssetId } from '../market/asset.js'
import type { Field } from '../market/bars.js'
import type { PriceWindow } from './price-window.js'

/** Windows of several assets and fields over the same bars, as plain arrays. */
export class HistoryBlock {
  /** In the order requested. */
  readonly assets: readonly AssetId[]
  /** In the order requested. */
  readonly fields: readonly Field[]
  /** Calendar index of each bar, oldest first. */
  readonly sessions: ArrayLike<number>
  /** Asset by asset, within it field by field. */
  readonly #columns: readonly PriceWindow[]

  constructor(
    assets: readonly AssetId[],
    fields: readonly Field[],
    sessions: ArrayLike<number>,
    columns: readonly PriceWindow[],
  ) {
    this.assets = assets
    this.fields = fields
    this.sessions = sessions
    this.#columns = columns
  }

  /**
   * The window of one asset and field, oldest first.
   *
   * @throws {EngineError} `strategy-misuse`: an asset or field that was not requested
   */
  column(asset: AssetId, field: Field): PriceWindow {
    const i = this.assets.indexOf(asset)
    const j = this.fields.indexOf(field)
    const column = i < 0 || j < 0 ? undefined : this.#columns[i * this.fields.length + j]
    if (column !== undefined) return column
    throw new EngineError(
      'strategy-misuse',
      `this block does not hold ${field} of ${asset}; request it from history()`,
    )
  }
}
