import type { AssetHistory } from '../portal/asset-history.js'
import type { Clock } from '../portal/clock.js'

/** The price of each asset of a backtest at the current bar, in ticks. */
export interface CurrentPrices {
  /** NaN before the first trade. @param asset  its number in the backtest */
  ticks(asset: number): number
}

/** The prices of the given assets, by their place in the list. */
export function currentPrices(histories: readonly AssetHistory[], clock: Clock): CurrentPrices {
  return new HistoryPrices(histories, clock)
}

/** Reads the price of an asset without splits and dividends from its column directly. */
class HistoryPrices implements CurrentPrices {
  readonly #histories: readonly AssetHistory[]
  readonly #clock: Clock
  readonly #columns: readonly (Float64Array | undefined)[]
  readonly #firstSessions: Int32Array

  constructor(histories: readonly AssetHistory[], clock: Clock) {
    this.#histories = histories
    this.#clock = clock
    this.#columns = histories.map((history) =>
      history.hasEvents ? undefined : history.ticks('price'),
    )
    this.#firstSessions = Int32Array.from(histories, ({ bars }) => bars.firstSession)
  }

  ticks(asset: number): number {
    const column = this.#columns[asset]
    if (column === undefined) return this.#histories[asset]!.currentTicks('price')
    const slot = this.#clock.bar - this.#firstSessions[asset]!
    return slot >= 0 && slot < column.length ? column[slot]! : Number.NaN
  }
}
