import { EngineError } from '../errors.js'
import type { TickScales } from '../market/adjustment-timeline.js'
import { type Field, sideOf } from '../market/bars.js'
import { powerOfTen } from '../market/money.js'
import type { AssetHistory } from '../portal/asset-history.js'
import { exactSum } from './exact-sums.js'
import { FORMULAS } from './formulas.js'
import type { Indicator, OwnIndicator } from './indicator.js'

/** Computes the values of an indicator from the history of an asset, as it looks now. */
export class IndicatorReading {
  readonly indicator: Indicator
  readonly history: AssetHistory
  /** Ticks per unit of the first field. */
  readonly power: number
  #calls = 0

  /** @param scales  decimal places of the bundle */
  constructor(indicator: Indicator, history: AssetHistory, scales: TickScales) {
    this.indicator = indicator
    this.history = history
    this.power = powerOfTen(scales[sideOf(indicator.fields[0]!)])
  }

  /** Whether the asset has as many bars as the indicator needs. */
  get ready(): boolean {
    return this.history.end >= this.indicator.bars
  }

  /**
   * The value as of `barsAgo` bars before the current one.
   *
   * @returns NaN if there are not enough bars
   * @throws {EngineError} `precision`; `strategy-misuse`: a user's function that is not pure or
   * returns no number; errors of a user's function pass through
   */
  value(barsAgo: number): number {
    const { indicator } = this
    if (!this.#enough(barsAgo)) return Number.NaN
    if (indicator.kind === 'own') return this.#own(indicator as OwnIndicator, barsAgo)
    const windows = indicator.fields.map((field) => this.#ticks(field, barsAgo))
    return FORMULAS[indicator.kind](windows, this.power, indicator.parameters)
  }

  /**
   * The exact sum in ticks as of `barsAgo` bars before the current one.
   *
   * @throws {EngineError} `precision`; `strategy-misuse`: an indicator without a sum
   */
  sum(barsAgo: number): number {
    const { kind, fields } = this.indicator
    if (kind !== 'sma' && kind !== 'rolling-sum')
      throw new EngineError(
        'strategy-misuse',
        `an indicator of kind ${kind} has no sum; declare sma or rollingSum, or read its value`,
      )
    if (!this.#enough(barsAgo)) return Number.NaN
    return exactSum(this.#ticks(fields[0]!, barsAgo))
  }

  #enough(barsAgo: number): boolean {
    return this.history.end - barsAgo >= this.indicator.bars
  }

  /** A view of a whole column, for our own formulas only. */
  #ticks(field: Field, barsAgo: number): Float64Array {
    const { bars } = this.indicator
    return this.history.tickView(field, bars + barsAgo).subarray(0, bars)
  }

  /** Calls a user's function. The first calls, and ever fewer later, are repeated. */
  #own(indicator: OwnIndicator, barsAgo: number): number {
    const { bars, fields } = indicator
    const views = fields.map((field) => this.history.view(field, bars + barsAgo).subarray(0, bars))
    const value = call(indicator, views)
    this.#calls++
    if ((this.#calls & (this.#calls - 1)) === 0)
      requireSame(indicator, value, call(indicator, views))
    return value
  }
}

/**
 * Refuses a user's function that gave two values for the same window.
 *
 * @throws {EngineError} `strategy-misuse`
 */
export function requireSame(indicator: Indicator, first: number, second: number): void {
  if (Object.is(first, second)) return
  const { name } = indicator as OwnIndicator
  throw new EngineError(
    'strategy-misuse',
    `own indicator ${name} gave ${first} and then ${second} for the same window; use nothing in compute but its window and parameters`,
  )
}

/** Calls a user's function with copies, which it may overwrite. */
function call(indicator: OwnIndicator, views: readonly Float64Array[]): number {
  const { name, fields, parameters, compute } = indicator
  const window = Object.fromEntries(fields.map((field, i) => [field, views[i]!.slice()]))
  const value: unknown = compute(window as Record<Field, Float64Array>, parameters)
  if (typeof value === 'number') return value
  throw new EngineError(
    'strategy-misuse',
    `own indicator ${name} returned ${value instanceof Promise ? 'a promise' : String(value)}; return a number`,
  )
}
