import type { SessionRange } from '../market/bars.js'
import type { Calendar } from '../market/calendar.js'
import type { Clock } from './clock.js'

/** The dates of one backtest's bars, for its data frames: one JS Date (UTC) per bar, made once. */
export class BarDates {
  readonly #calendar: Calendar
  readonly #range: SessionRange
  readonly #clock: Clock
  #dates: readonly Date[] | undefined

  /** @param range  the calendar indices loaded */
  constructor(calendar: Calendar, range: SessionRange, clock: Clock) {
    this.#calendar = calendar
    this.#range = range
    this.#clock = clock
  }

  /** Number of dates held. */
  get length(): number {
    return this.#dates?.length ?? 0
  }

  /** The dates of the last `barCount` bars, ending with the current one, in a new array. */
  last(barCount: number): Date[] {
    const { from, to } = this.#range
    this.#dates ??= Array.from(this.#calendar.times.subarray(from, to), (time) => new Date(time))
    const end = this.#clock.bar + 1 - from
    return this.#dates.slice(end - barCount, end)
  }
}
