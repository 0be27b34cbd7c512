import { EngineError } from '../errors.js'

/** Bar spacing of a bundle. */
export type Frequency = '1d' | '1h' | '1m'

export const FREQUENCIES: readonly Frequency[] = ['1d', '1h', '1m']

/**
 * The sessions of a bundle: strictly ascending UTC instants (session day at 00:00 for `1d`, bar start otherwise), addressed by index.
 * `dayOf[i]` numbers the UTC trading day of slot `i` from 0, so intraday bars know their day; for `1d` it equals `i`.
 */
export interface Calendar {
  readonly frequency: Frequency
  /** Epoch milliseconds, one per slot. */
  readonly times: Float64Array
  readonly length: number
  readonly dayOf: Int32Array
  readonly days: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const DAILY = /^(\d{4})-(\d{2})-(\d{2})$/
const INTRADAY = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z?$/

/**
 * Builds a calendar from session texts (see `parseSession`).
 *
 * @param sessions  strictly ascending; may be empty
 * @throws {EngineError} `input-invalid`: a text that is no session, unsorted or repeated sessions
 */
export function calendarFrom(frequency: Frequency, sessions: readonly string[]): Calendar {
  const times = new Float64Array(sessions.length)
  const dayOf = new Int32Array(sessions.length)
  let day = -1
  let dayNumber = Number.NEGATIVE_INFINITY
  for (const [i, text] of sessions.entries()) {
    const time = parseSession(frequency, text)
    if (i > 0 && time <= times[i - 1]!) {
      const fault = time === times[i - 1] ? 'is repeated' : `comes after ${sessions[i - 1]}`
      throw new EngineError('input-invalid', `session ${text} ${fault}; sort the sessions and keep each once`)
    }
    times[i] = time
    const number = Math.floor(time / DAY_MS)
    if (number !== dayNumber) {
      dayNumber = number
      day++
    }
    dayOf[i] = day
  }
  return { frequency, times, length: sessions.length, dayOf, days: day + 1 }
}

/**
 * Session text → epoch milliseconds, UTC. `1d`: `2014-06-09`; otherwise `2014-06-09T14:30:00`, with or without `Z`.
 *
 * @throws {EngineError} `input-invalid`: another form, or a date or time that does not exist
 */
export function parseSession(frequency: Frequency, text: string): number {
  const match = (frequency === '1d' ? DAILY : INTRADAY).exec(text)
  const time = match === null ? Number.NaN : instant(match)
  if (!Number.isNaN(time)) return time
  const form = frequency === '1d' ? 'a date like 2014-06-09' : 'a UTC instant like 2014-06-09T14:30:00'
  throw new EngineError('input-invalid', `'${text.slice(0, 40)}' is not ${form}; correct it`)
}

/** NaN where the parts name no real instant: Date.UTC would carry 31 February over into March. */
function instant(match: RegExpExecArray): number {
  const part = (group: number): number => Number(match[group] ?? 0)
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)]
  if (year < 100 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return Number.NaN
  const midnight = Date.UTC(year, month - 1, day)
  const carried = day < 1 || new Date(midnight).getUTCDate() !== day
  return carried ? Number.NaN : midnight + hour * HOUR_MS + minute * MINUTE_MS + second * 1000
}

/** Epoch milliseconds → session text: `2014-06-09` for `1d`, `2014-06-09T14:30:00` otherwise (UTC). */
export function formatSession(frequency: Frequency, time: number): string {
  return new Date(time).toISOString().slice(0, frequency === '1d' ? 10 : 19)
}

/** The text of calendar index `index`. */
export function sessionText(calendar: Calendar, index: number): string {
  return formatSession(calendar.frequency, calendar.times[index]!)
}

/**
 * The calendar index of a session, or −1 where the calendar does not hold it.
 *
 * @param session  its text, or epoch milliseconds
 * @throws {EngineError} `input-invalid`: a text that is no session
 */
export function indexOfSession(calendar: Calendar, session: string | number): number {
  const time = typeof session === 'number' ? session : parseSession(calendar.frequency, session)
  const index = lowerBound(calendar, time)
  return calendar.times[index] === time ? index : -1
}

/** The first calendar index at or after an instant; the calendar's length where there is none. */
export function lowerBound(calendar: Calendar, time: number): number {
  let low = 0
  let high = calendar.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (calendar.times[middle]! < time) low = middle + 1
    else high = middle
  }
  return low
}
