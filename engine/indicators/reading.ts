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
  /** Ticks per unit of each field. */
  readonly powers: readonly number[]
  #calls = 0

  /** @param scales  decimal places of the bundle */
  constructor(indicator: Indicator, history: AssetHistory, scales: TickScales) {
    this.indicator = indicator
    this.history = history
    this.powers = indicator.fields.map((field) => powerOfTen(scales[sideOfAny(field)]))
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
    const windows = indicator.fields.map((field) => this.#window(field, barsAgo))
    if (indicator.kind === 'own') return this.#own(indicator as OwnIndicator, windows)
    return FORMULAS[indicator.kind](windows, this.powers, indicator.parameters)
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
    return exactSum(this.#window(fields[0]!, barsAgo), this.powers[0]!)
  }

  #enough(barsAgo: number): boolean {
    return this.history.end - barsAgo >= this.indicator.bars
  }

  /** A view of a whole column: for our own formulas only. */
  #window(field: Field, barsAgo: number): Float64Array {
    const { bars } = this.indicator
    return this.history.view(field, bars + barsAgo).subarray(0, bars)
  }

  /** Calls a user's function with copies. The first calls, and ever fewer later, are repeated. */
  #own(indicator: OwnIndicator, windows: readonly Float64Array[]): number {
    const value = call(indicator, windows)
    this.#calls++
    if ((this.#calls & (this.#calls - 1)) === 0)
      requireSame(indicator, value, call(indicator, windows))
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

function call(indicator: OwnIndicator, windows: readonly Float64Array[]): number {
  const { name, fields, parameters, compute } = indicator
  const window = Object.fromEntries(fields.map((field, i) => [field, windows[i]!.slice()]))
  const value: unknown = compute(window as Record<Field, Float64Array>, parameters)
  if (typeof value === 'number') return value
  throw new EngineError(
    'strategy-misuse',
    `own indicator ${name} returned ${value instanceof Promise ? 'a promise' : String(value)}; return a number`,
  )
}

function sideOfAny(field: Field) {
  return field === 'price' ? 'price' : sideOf(field)
}
