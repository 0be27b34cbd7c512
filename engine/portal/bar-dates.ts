import type { SessionRange } from '../market/bars.js'
import type { Calendar } from '../market/calendar.js'
import type { AssetHistory } from './asset-history.js'
import type { Clock } from './clock.js'
import { ReadOnlyDate } from './read-only-date.js'

/**
 * The dates of one backtest's bars, for its data frames: one JS Date (UTC) per bar. Each Date is
 * made once, and it is read-only because frames share it.
 */
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

  /** The dates of the last `barCount` bars, ending with the current one, in a new array. */
  last(barCount: number): Date[] {
    const end = this.#clock.bar + 1 - this.#range.from
    return this.#all().slice(end - barCount, end)
  }

  /** The dates of an asset's last `barCount` bars, in a new array. */
  of(history: AssetHistory, barCount: number): Date[] {
    return history.skipsSlots ? this.at(history.sessions(barCount)) : this.last(barCount)
  }

  /** The date of each of these calendar indices, in a new array. */
  at(sessions: Int32Array): Date[] {
    const all = this.#all()
    return Array.from(sessions, (session) => all[session - this.#range.from]!)
  }

  #all(): readonly Date[] {
    const { from, to } = this.#range
    this.#dates ??= Array.from(
      this.#calendar.times.subarray(from, to),
      (time) => new ReadOnlyDate(time),
    )
    return this.#dates
  }
}
