import type { AssetHistory } from '../portal/asset-history.js'
import type { Clock } from '../portal/clock.js'

/** The price of each asset of a backtest at the current bar, in ticks. Assets are numbers. */
export interface CurrentPrices {
  /** NaN before the first trade. */
  ticks(asset: number): number
}

/**
 * The prices of a backtest's assets. The price of a bar, as it looked at that bar, is an element of
 * a raw column unless an asset has both untraded bars and splits or dividends.
 */
export class HistoryPrices implements CurrentPrices {
  /** Whether the column of every asset holds its prices. */
  readonly areDirect: boolean
  readonly #histories: readonly AssetHistory[]
  readonly #clock: Clock
  readonly #columns: readonly (Float64Array | undefined)[]
  readonly #firstSessions: Int32Array

  /** @param histories  by asset number */
  constructor(histories: readonly AssetHistory[], clock: Clock) {
    this.#histories = histories
    this.#clock = clock
    this.#columns = histories.map(directColumn)
    this.#firstSessions = Int32Array.from(histories, ({ bars }) => bars.firstSession)
    this.areDirect = !this.#columns.includes(undefined)
  }

  ticks(asset: number): number {
    const column = this.#columns[asset]
    if (column === undefined) return this.#histories[asset]!.currentTicks('price')
    const slot = this.#clock.bar - this.#firstSessions[asset]!
    return slot >= 0 && slot < column.length ? column[slot]! : Number.NaN
  }

  /** The prices of an asset by calendar index less `firstSession`, if they are direct. */
  column(asset: number): Float64Array {
    return this.#columns[asset]!
  }

  /** The calendar index of the first element of an asset's column. */
  firstSession(asset: number): number {
    return this.#firstSessions[asset]!
  }
}

function directColumn(history: AssetHistory): Float64Array | undefined {
  if (!history.hasEvents) return history.ticks('price')
  return history.bars.hasGaps ? undefined : history.bars.ticks.close
}
