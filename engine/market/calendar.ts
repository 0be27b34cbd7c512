import { EngineError } from '../errors.js'

/** Bar spacing of a bundle. */
export type Frequency = '1d' | '1h' | '1m'

/** Coarsest first. */
export const FREQUENCIES: readonly Frequency[] = ['1d', '1h', '1m']

/**
 * The sessions of a bundle: strictly ascending UTC instants (session day at 00:00 for `1d`, bar
 * start otherwise), addressed by index. `dayOf[i]` is the number of the UTC trading day of slot
 * `i`, from 0; for `1d` it equals `i`.
 */
export interface Calendar {
  readonly frequency: Frequency
  /** Epoch milliseconds, one per slot. */
  readonly times: Float64Array
  readonly length: number
  readonly dayOf: Int32Array
  readonly days: number
}

const DAY_MS = 86_400_000

/**
 * Builds a calendar from session texts (see `parseSession`).
 *
 * @param sessions  strictly ascending; may be empty
 * @throws {EngineError} `input-invalid`: a text that is not a session, unsorted or repeated
 * sessions
 */
export function calendarFrom(frequency: Frequency, sessions: readonly string[]): Calendar {
  const times = new Float64Array(sessions.length)
  const dayOf = new Int32Array(sessions.length)
  let day = -1
  let endOfDay = Number.NEGATIVE_INFINITY
  for (let i = 0; i < sessions.length; i++) {
    const time = parseSession(frequency, sessions[i]!)
    if (i > 0 && time <= times[i - 1]!) {
      const fault = time === times[i - 1] ? 'is repeated' : `comes after ${sessions[i - 1]}`
      throw new EngineError(
        'input-invalid',
        `session ${sessions[i]} ${fault}; sort the sessions and keep each once`,
      )
    }
    times[i] = time
    if (time >= endOfDay) {
      day++
      endOfDay = (Math.floor(time / DAY_MS) + 1) * DAY_MS
    }
    dayOf[i] = day
  }
  return { frequency, times, length: sessions.length, dayOf, days: day + 1 }
}

/**
 * Session text → epoch milliseconds, UTC. `1d`: `2014-06-09`; otherwise `2014-06-09T14:30:00`, with
 * or without `Z`.
 *
 * @throws {EngineError} `input-invalid`: another form, or a date or time that does not exist
 */
export function parseSession(frequency: Frequency, text: string): number {
  const day = dayNumber(text) * DAY_MS
  const time = frequency !== '1d' ? day + timeOfDay(text) : text.length === 10 ? day : Number.NaN
  if (!Number.isNaN(time)) return time
  const form =
    frequency === '1d' ? 'a date like 2014-06-09' : 'a UTC instant like 2014-06-09T14:30:00'
  throw new EngineError('input-invalid', `'${text.slice(0, 40)}' is not ${form}; correct it`)
}

// A calendar is parsed at every open of a bundle. Reading character codes is faster than a regular
// expression and Dates.

/** `YYYY-MM-DD` at the start of a text → days since 1970-01-01; NaN if there is no such day. */
function dayNumber(text: string): number {
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  if (
    text.charCodeAt(4) !== HYPHEN ||
    text.charCodeAt(7) !== HYPHEN ||
    !(month >= 1 && month <= 12 && day >= 1)
  )
    return Number.NaN
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (day > DAYS_IN_MONTH[month - 1]! + (leap ? 1 : 0)) return Number.NaN
  // Years counted from March, so that the leap day comes last.
  const y = month > 2 ? year : year - 1
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return 365 * y + leapDays + dayOfYear - DAYS_TO_EPOCH
}

/**
 * `THH:MM:SS` after the date, with or without `Z` → milliseconds of the day; NaN if there is no
 * such time.
 */
function timeOfDay(text: string): number {
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const second = digits(text, 17, 2)
  const separated =
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    (text.length === 19 || (text.length === 20 && text[19] === 'Z'))
  if (!separated || !(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN
  return ((hour * 60 + minute) * 60 + second) * 1000
}

/** The whole number of `count` decimal digits; NaN if one is not a digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const HYPHEN = 45
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
/** Days from 0000-03-01 to 1970-01-01. */
const DAYS_TO_EPOCH = 719_468

/**
 * Epoch milliseconds → session text: `2014-06-09` for `1d`, `2014-06-09T14:30:00` otherwise (UTC).
 */
export function formatSession(frequency: Frequency, time: number): string {
  const day = Math.floor(time / DAY_MS)
  if (frequency === '1d' && day >= FIRST_DAY && day <= LAST_DAY) return dateText(day)
  return new Date(time).toISOString().slice(0, frequency === '1d' ? 10 : 19)
}

/** 0000-03-01 and 9999-12-31: years of four digits. */
const FIRST_DAY = -719_468
const LAST_DAY = 2_932_896
const DAYS_OF_400_YEARS = 146_097

/**
 * Days since 1970-01-01 → `YYYY-MM-DD`, without a Date, since bundles format thousands of days.
 *
 * @source Howard Hinnant, chrono-compatible low-level date algorithms: civil_from_days
 */
function dateText(day: number): string {
  const sinceMarch = day + DAYS_TO_EPOCH
  const era = Math.floor(sinceMarch / DAYS_OF_400_YEARS)
  const dayOfEra = sinceMarch - era * DAYS_OF_400_YEARS
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + 400 * era + (month <= 2 ? 1 : 0)
  const years = year < 1000 ? String(year).padStart(4, '0') : year
  return `${years}-${month < 10 ? '0' : ''}${month}-${dayOfMonth < 10 ? '0' : ''}${dayOfMonth}`
}

/** The text of calendar index `index`. */
export function sessionText(calendar: Calendar, index: number): string {
  return formatSession(calendar.frequency, calendar.times[index]!)
}

/**
 * The calendar index of a session, or −1 if the calendar does not hold it.
 *
 * @param session  its text, or epoch milliseconds
 * @throws {EngineError} `input-invalid`: a text that is not a session
 */
export function indexOfSession(calendar: Calendar, session: string | number): number {
  const time = typeof session === 'number' ? session : parseSession(calendar.frequency, session)
  const index = lowerBound(calendar.times, time)
  return calendar.times[index] === time ? index : -1
}

/**
 * The first index in [first, last) whose value is at least `value`; `last` if there is none.
 *
 * @param values  ascending
 */
export function lowerBound(
  values: Float64Array | Int32Array,
  value: number,
  first = 0,
  last = values.length,
): number {
  let low = first
  let high = last
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
