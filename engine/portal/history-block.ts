import { EngineError } from '../errors.js'
import type { AssetId } from '../market/asset.js'
import type { Field } from '../market/bars.js'
import type { PriceWindow } from './price-window.js'

/** Windows of several assets and fields with the same number of bars, as plain arrays. */
export class HistoryBlock {
  /** In the order requested. */
  readonly assets: readonly AssetId[]
  /** In the order requested. */
  readonly fields: readonly Field[]
  /**
   * The calendar indices of each asset's bars, or a single list if they are the same for all
   * assets.
   */
  readonly #sessions: readonly ArrayLike<number>[]
  /** The windows, asset by asset, and for each asset in the order of the fields. */
  readonly #columns: readonly PriceWindow[]

  constructor(
    assets: readonly AssetId[],
    fields: readonly Field[],
    sessions: readonly ArrayLike<number>[],
    columns: readonly PriceWindow[],
  ) {
    this.assets = assets
    this.fields = fields
    this.#sessions = sessions
    this.#columns = columns
  }

  /**
   * Calendar index of each bar, oldest first.
   *
   * @throws {EngineError} `strategy-misuse`: the assets have calendars of their own, and their
   * bars are of different sessions
   */
  get sessions(): ArrayLike<number> {
    const [first, ...others] = this.#sessions
    const same = others.every((one) => Array.from(one).every((at, i) => at === first![i]))
    if (same) return first!
    throw new EngineError(
      'strategy-misuse',
      'the bars of this block are of different sessions; read sessionsOf(asset)',
    )
  }

  /**
   * Calendar index of each bar of one asset, oldest first.
   *
   * @throws {EngineError} `strategy-misuse`: an asset that was not requested
   */
  sessionsOf(asset: AssetId): ArrayLike<number> {
    const i = this.assets.indexOf(asset)
    const sessions = this.#sessions.length === 1 ? this.#sessions[0] : this.#sessions[i]
    if (i >= 0 && sessions !== undefined) return sessions
    throw new EngineError(
      'strategy-misuse',
      `this block does not hold ${asset}; request it from history()`,
    )
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
