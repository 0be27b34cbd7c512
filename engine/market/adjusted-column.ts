import { EngineError } from '../errors.js'
import type { AdjustmentEvent } from './adjustment-events.js'
import { type BarField, type Bars, sideOf } from './bars.js'
import { fewerPlaces, MAX_RECOVERABLE_TICKS } from './money.js'
import { Product, scaleTicks } from './rational.js'

/**
 * A part of a column of raw ticks as it looks when these events are visible: scales the segments
 * between events, from the last to the first, each by the product of the factors of all later
 * events.
 *
 * @param visible  in any order, at least one
 * @param power    ticks or units per 1 of the field, for the message
 * @param first    the first element wanted
 * @param end      the element after the last one wanted
 * @returns a new column in ticks, `end − first` long; NaN stays NaN
 * @throws {EngineError} `precision`: an adjusted value beyond 2^51 ticks
 */
export function adjustedColumn(
  bars: Bars,
  field: BarField,
  visible: readonly AdjustmentEvent[],
  power: number,
  first = 0,
  end = bars.length,
): Float64Array {
  const out = bars.ticks[field].slice(first, end)
  const origin = bars.firstSession + first
  const latestFirst = [...visible].sort((a, b) => b.session - a.session)
  const side = sideOf(field)
  let product: Product | undefined
  for (const [k, event] of latestFirst.entries()) {
    product = new Product(event[side], product)
    const from = Math.max(0, (latestFirst[k + 1]?.session ?? 0) - origin)
    const to = Math.min(out.length, event.session - origin)
    scaleRange(out, from, to, product, (raw, ticks) =>
      tooLarge(bars.asset, field, raw / power, ticks, power),
    )
  }
  return out
}

function scaleRange(
  column: Float64Array,
  from: number,
  to: number,
  product: Product,
  tooLargeError: (raw: number, ticks: number) => EngineError,
): void {
  for (let i = from; i < to; i++) {
    const raw = column[i]!
    if (Number.isNaN(raw)) continue
    const ticks = scaleTicks(raw, product)
    if (ticks > MAX_RECOVERABLE_TICKS) throw tooLargeError(raw, ticks)
    column[i] = ticks
  }
}

function tooLarge(
  asset: string,
  field: BarField,
  value: number,
  ticks: number,
  power: number,
): EngineError {
  const remedy = fewerPlaces(sideOf(field), (ticks / power).toFixed(0).length)
  return new EngineError(
    'precision',
    `${field} of ${asset}: ${value} adjusts to more than 2^51 ticks of 1/${power}; ${remedy}, or correct the splits and dividends`,
  )
}
