import type { AssetId } from '../market/asset.js'
import type { AssetHistory } from '../portal/asset-history.js'
import { unknownAsset } from '../portal/long-table.js'
import type { IndicatorScope, IndicatorSource } from '../ports.js'
import type { IndicatorHandle } from './handle.js'
import { checkIndicator } from './indicator.js'

/** The indicators of one backtest. */
export class DeclaredIndicators {
  readonly #source: IndicatorSource
  readonly #histories: ReadonlyMap<AssetId, AssetHistory>
  readonly #scope: IndicatorScope
  readonly #handles = new Map<AssetId, Map<string, IndicatorHandle>>()

  constructor(
    source: IndicatorSource,
    histories: ReadonlyMap<AssetId, AssetHistory>,
    scope: IndicatorScope,
  ) {
    this.#source = source
    this.#histories = histories
    this.#scope = scope
  }

  /**
   * The handle of an indicator of an asset: the same one for every equal indicator.
   *
   * @throws {EngineError} `unknown-asset`; `strategy-misuse`: not an indicator
   */
  handle(asset: AssetId, indicator: unknown): IndicatorHandle {
    const history = this.#histories.get(asset)
    if (history === undefined)
      throw unknownAsset(asset, [...this.#histories.keys()], 'this backtest')
    checkIndicator(indicator)
    const handles = this.#handles.get(asset) ?? new Map<string, IndicatorHandle>()
    this.#handles.set(asset, handles)
    let handle = handles.get(indicator.key)
    if (handle === undefined) {
      handle = this.#source.handle(indicator, history, this.#scope)
      handles.set(indicator.key, handle)
    }
    return handle
  }
}
