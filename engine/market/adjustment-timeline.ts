import { oncePer } from '../once-per.js'
import { adjustedColumn } from './adjusted-column.js'
import { type AdjustmentEvent, adjustmentEvents } from './adjustment-events.js'
import { type Adjustment, adjustmentsOf, type DividendPolicy } from './adjustments.js'
import { BAR_FIELDS, type BarField, type Bars, type Field, type Side, sideOf } from './bars.js'
import type { Calendar } from './calendar.js'
import { MAX_RECOVERABLE_TICKS, powerOfTen } from './money.js'
import { isOne, toDouble } from './rational.js'

/** Decimal places of the bars. */
export interface TickScales {
  readonly price: number
  readonly volume: number
}

/**
 * A view of session t includes its bar (`bar`), or is from before its open (`before-open`: its
 * events apply already, its bar is still unknown).
 */
export type View = 'bar' | 'before-open'

/**
 * The columns of one asset as they looked at any moment. In a view from an event on, the bars
 * before the event are adjusted by it. An epoch is the number of the last visible event, −1 before
 * the first; within an epoch no column changes.
 */
export interface AdjustmentTimeline {
  /** Number of events. */
  readonly events: number
  /** The epoch of a view from calendar index `t`. Binary search, no allocation. */
  epochAt(t: number, view?: View): number
  /**
   * The whole column in ticks (volume: in units) as of an epoch, aligned with the raw bars (element
   * i is calendar index `firstSession + i`). If no event changes the column, the result is the raw
   * column itself. For each field, only the column of the last requested epoch is kept, so that
   * memory stays bounded. Callers may read only elements up to the session of the view, and must
   * not write.
   */
  ticks(field: Field, epoch: number): Float64Array
  /**
   * The elements of `ticks` from `from` to before `to`, without the rest of the column where it
   * need not be made.
   */
  ticksBetween(field: Field, epoch: number, from: number, to: number): Float64Array
  /**
   * Element `i` of `ticks`, undefined outside the bars. No column is made if no visible event
   * changes that element, as in every view of the bar itself.
   */
  tickAt(field: Field, epoch: number, i: number): number | undefined
  /** The same column as floats: `ticks / 10^scale`, correctly rounded; made on first use. */
  column(field: Field, epoch: number): Float64Array
  /** 10^scale: ticks or units per 1 of a field. */
  power(field: Field): number
}

/**
 * Point-in-time adjustment of one asset's bars, exact: raw ticks × the rational product of the
 * factors, rounded half-even to the tick once.
 *
 * Prices: 1/ratio for a split, 1 − D/previous close or close/(close + D) for a dividend. Volume:
 * ratio for a split. NaN stays NaN. `price` is the adjusted close, filled forward over slots that
 * did not trade; NaN before the first trade.
 *
 * @param bars         raw bars, dense on the calendar
 * @param adjustments  in any order; those of other assets are ignored
 * @param scales       decimal places of the bars' prices and volumes
 * @throws {EngineError} `input-invalid`: ex-close with intraday bars; a dividend not smaller than
 * the close before it
 * @throws {EngineError} `precision`, from `ticks`, `tickAt` and `column`: an adjusted value of that
 * field is beyond 2^51 ticks
 */
export function adjustmentTimeline(
  bars: Bars,
  adjustments: readonly Adjustment[],
  policy: DividendPolicy,
  scales: TickScales,
  calendar: Calendar,
): AdjustmentTimeline {
  const ofAsset = adjustmentsOf(adjustments, bars.asset)
  return new Timeline(bars, adjustmentEvents(bars, ofAsset, policy, scales.price, calendar), scales)
}

class Timeline implements AdjustmentTimeline {
  readonly #bars: Bars
  readonly #events: readonly AdjustmentEvent[]
  readonly #scales: TickScales
  readonly #latest = new Map<Field, { readonly epoch: number; readonly ticks: Float64Array }>()

  constructor(bars: Bars, events: readonly AdjustmentEvent[], scales: TickScales) {
    this.#bars = bars
    this.#events = events
    this.#scales = scales
  }

  get events(): number {
    return this.#events.length
  }

  epochAt(t: number, view: View = 'bar'): number {
    return epochAt(this.#events, t, view)
  }

  ticks(field: Field, epoch: number): Float64Array {
    const last = this.#latest.get(field)
    if (last !== undefined && last.epoch === epoch) return last.ticks
    const ticks =
      field === 'price'
        ? forwardFilled(this.#bars, this.ticks('close', epoch))
        : this.#adjusted(field, epoch)
    this.#latest.set(field, { epoch, ticks })
    return ticks
  }

  ticksBetween(field: Field, epoch: number, from: number, to: number): Float64Array {
    const bars = this.#bars
    const last = this.#latest.get(field)
    if (last?.epoch === epoch || !staysSmall(bars, this.#events, sideOf(field)))
      return this.ticks(field, epoch).subarray(from, to)
    if (field !== 'price') return this.#adjusted(field, epoch, from, to)
    const traded = lastTraded(bars, from)
    const filled = forwardFilled(bars, this.#adjusted('close', epoch, traded, to))
    return filled.subarray(from - traded)
  }

  tickAt(field: Field, epoch: number, i: number): number | undefined {
    const { firstSession, hasGaps, ticks } = this.#bars
    const isRaw =
      epoch < 0 ||
      (firstSession + i >= lastSession(this.#events, epoch) &&
        staysSmall(this.#bars, this.#events, sideOf(field)))
    const raw = ticks[field === 'price' ? 'close' : field][i]
    const isFilled = field === 'price' && hasGaps && Number.isNaN(raw)
    return isRaw && !isFilled ? raw : this.ticks(field, epoch)[i]
  }

  column(field: Field, epoch: number): Float64Array {
    return floatsOf(this.ticks(field, epoch), this.power(field))
  }

  power(field: Field): number {
    return powerOfTen(this.#scales[sideOf(field)])
  }

  #adjusted(field: BarField, epoch: number, from = 0, to = this.#bars.length): Float64Array {
    const bars = this.#bars
    const side = sideOf(field)
    const visible = this.#events
      .slice(0, epoch + 1)
      .filter((event) => event.session > bars.firstSession && !isOne(event[side]))
    const raw = bars.ticks[field]
    if (visible.length === 0) return to - from === raw.length ? raw : raw.subarray(from, to)
    return adjustedColumn(bars, field, visible, powerOfTen(this.#scales[side]), from, to)
  }
}

/** What is found once of a list of events. It lives as long as the list. */
interface Found {
  /** Element `k`: the latest session of the events 0 … k. */
  readonly latest: Int32Array
  price?: boolean
  volume?: boolean
}

const found = oncePer((events: readonly AdjustmentEvent[]): Found => {
  const latest = new Int32Array(events.length)
  for (const [k, { session }] of events.entries())
    latest[k] = k === 0 ? session : Math.max(latest[k - 1]!, session)
  return { latest }
})

/** The latest session of the events visible in an epoch; bars from there on are not adjusted. */
function lastSession(events: readonly AdjustmentEvent[], epoch: number): number {
  return found(events).latest[epoch]!
}

/**
 * Whether no column of a side can have an adjusted value beyond 2^51 ticks, in any epoch, so that
 * it need not be made to find out.
 */
function staysSmall(bars: Bars, events: readonly AdjustmentEvent[], side: Side): boolean {
  const known = found(events)
  known[side] ??= isBounded(bars, events, side)
  return known[side]
}

function isBounded({ ticks }: Bars, events: readonly AdjustmentEvent[], side: Side): boolean {
  const growing = events.map((event) => toDouble(event[side])).filter((factor) => !(factor <= 1))
  if (growing.length === 0) return true
  let largest = 0
  for (const field of BAR_FIELDS.filter((one) => sideOf(one) === side))
    for (const one of ticks[field]) if (one > largest) largest = one
  // Half of the limit, for the roundings. The factor of an extreme ratio may be NaN.
  return growing.reduce((product, factor) => product * factor, largest) <= MAX_RECOVERABLE_TICKS / 2
}

/**
 * The floats of columns of ticks. They live as long as their column: those of raw bars as long as
 * the bars.
 */
const madeFloats = new WeakMap<Float64Array, { readonly power: number; values: Float64Array }>()

/** Floats that lie in memory beside a column of raw ticks. */
const providers = new WeakMap<Float64Array, () => Float64Array>()

/**
 * Gives a column of raw ticks its floats, so that none are made in memory of this thread.
 *
 * @param floats  called on first use: `ticks / 10^scale` of each element, correctly rounded
 */
export function provideFloats(ticks: Float64Array, floats: () => Float64Array): void {
  providers.set(ticks, floats)
}

function floatsOf(ticks: Float64Array, power: number): Float64Array {
  const made = madeFloats.get(ticks)
  if (made?.power === power) return made.values
  const values = providers.get(ticks)?.() ?? newFloats(ticks, power)
  madeFloats.set(ticks, { power, values })
  return values
}

function newFloats(ticks: Float64Array, power: number): Float64Array {
  const values = new Float64Array(ticks.length)
  for (let i = 0; i < ticks.length; i++) values[i] = ticks[i]! / power
  return values
}

/** The number of the last event visible from `t`. Events are in the order they become visible. */
function epochAt(
  events: readonly Pick<AdjustmentEvent, 'visibleAt' | 'needsBar'>[],
  t: number,
  view: View,
): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const event = events[middle]!
    if (
      event.visibleAt < t ||
      (event.visibleAt === t && !(event.needsBar && view === 'before-open'))
    )
      low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The last element up to `i` that traded; `i` if none did. */
function lastTraded({ ticks: { close } }: Bars, i: number): number {
  let traded = i
  while (traded >= 0 && Number.isNaN(close[traded])) traded--
  return traded < 0 ? i : traded
}

function forwardFilled(bars: Bars, close: Float64Array): Float64Array {
  if (!bars.hasGaps) return close
  const out = new Float64Array(close)
  for (let i = 1; i < out.length; i++) if (Number.isNaN(out[i])) out[i] = out[i - 1]!
  return out
}
