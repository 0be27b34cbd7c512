import { EngineError } from '../errors.js'

/**
 * An indicator of one asset in one backtest. Everything is for the current bar, with the splits and
 * dividends effective by now, as `history` shows them; later bars cannot be read.
 */
export interface IndicatorHandle {
  /** Whether the asset has as many bars as the indicator needs. Until then all values are NaN. */
  readonly ready: boolean
  /** NaN before `ready`, or if a bar of the window has no value. */
  readonly value: number
  /**
   * The exact sum of the window in ticks, of `sma` and `rollingSum`; NaN like `value`.
   *
   * @throws {EngineError} `precision`: the sum is beyond the safe integers; `strategy-misuse`: an
   * indicator without a sum
   */
  readonly sum: number
  /**
   * The value as of `barsAgo` of the asset's bars before the current one, with the splits and
   * dividends effective by now.
   *
   * @param barsAgo  whole number ≥ 0
   * @throws {EngineError} `strategy-misuse`: any other number
   */
  previous(barsAgo: number): number
}

/**
 * Checks a number of bars to go back.
 *
 * @throws {EngineError} `strategy-misuse`
 */
export function checkBarsAgo(barsAgo: number): void {
  if (Number.isSafeInteger(barsAgo) && barsAgo >= 0) return
  throw new EngineError(
    'strategy-misuse',
    `the value ${barsAgo} bars ago; give a whole number of bars, at least 0`,
  )
}
