import { EngineError } from '../errors.js'
import { type Calendar, lowerBound, parseSession, sessionText } from '../market/calendar.js'

/**
 * The sessions to trade: `start` inclusive, `end` exclusive, each a calendar index or a session
 * text. A text between two sessions means the later one: the year 2014 is
 * `{ start: '2014-01-01', end: '2015-01-01' }`.
 */
export interface RangeSpec {
  readonly start?: number | string
  readonly end?: number | string
  /**
   * In (0, 1]: the part of these trading days that is traded, the most recent ones, rounded to
   * whole days, at least one; if absent, all. The bars before stay readable, as for any start.
   */
  readonly share?: number
}

/** Calendar indices: data from `from`, trading from `start`, both before `end`. */
export interface TradingRange {
  readonly from: number
  readonly start: number
  readonly end: number
}

/**
 * The calendar indices of a range.
 *
 * @param warmUp  slots before the start that are readable; if absent, all of them
 * @throws {EngineError} `input-invalid`: an empty range, one that the bundle does not hold, or a
 * share outside (0, 1]
 */
export function tradingRange(
  calendar: Calendar,
  { start, end, share = 1 }: RangeSpec,
  warmUp?: number,
): TradingRange {
  const earliest = indexOf(calendar, start ?? 0, 'start')
  const last = indexOf(calendar, end ?? calendar.length, 'end')
  if (earliest >= last)
    throw invalid(
      calendar,
      `range from ${start ?? 0} to ${end ?? calendar.length} holds no session`,
    )
  const first = startOfShare(calendar, earliest, last, share)
  if (warmUp === undefined) return { from: 0, start: first, end: last }
  if (Number.isInteger(warmUp) && warmUp >= 0 && warmUp <= first)
    return { from: first - warmUp, start: first, end: last }
  throw new EngineError(
    'input-invalid',
    `warm-up of ${warmUp} sessions; there are ${first} before the start, so give 0 to ${first}`,
  )
}

/** The first slot of the most recent share of the trading days from slot `first` to `last`. */
function startOfShare({ dayOf }: Calendar, first: number, last: number, share: number): number {
  if (!(share > 0 && share <= 1))
    throw new EngineError('input-invalid', `share ${share} of a range; give a number in (0, 1]`)
  const lastDay = dayOf[last - 1]!
  const days = Math.max(1, Math.round(share * (lastDay - dayOf[first]! + 1)))
  return lowerBound(dayOf, lastDay - days + 1, first, last)
}

/** A date without a time means midnight, whatever the frequency. */
const DATE = /^\d{4}-\d{2}-\d{2}$/

function indexOf(calendar: Calendar, at: number | string, name: string): number {
  if (typeof at === 'string')
    return lowerBound(calendar.times, parseSession(DATE.test(at) ? '1d' : calendar.frequency, at))
  if (Number.isInteger(at) && at >= 0 && at <= calendar.length) return at
  throw invalid(calendar, `${name} ${at} is not an index of the calendar`)
}

function invalid(calendar: Calendar, fault: string): EngineError {
  const last = calendar.length - 1
  const held =
    last < 0
      ? 'no sessions'
      : `sessions 0 (${sessionText(calendar, 0)}) to ${last} (${sessionText(calendar, last)})`
  return new EngineError(
    'input-invalid',
    `${fault}; the bundle holds ${held}, and the end is exclusive`,
  )
}
