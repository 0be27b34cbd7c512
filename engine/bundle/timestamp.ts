import { EngineError } from '../errors.js'
import { type Frequency, parseSession } from '../market/calendar.js'

const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.0+)?)?(?:Z|[+-]00:?00)?)?$/

/**
 * Parses a date or timestamp of a price file: `2014-06-09`, `2014-06-09 14:30`,
 * `2014-06-09T14:30:00.000Z`, `2014-06-09 14:30:00+00:00`.
 *
 * @returns epoch milliseconds, UTC
 * @throws {EngineError} `input-invalid`: another form, an offset other than UTC, parts of a second,
 * or a date that does not exist
 */
export function parseTimestamp(text: string): number {
  const match = TIMESTAMP.exec(text)
  if (match === null) {
    throw new EngineError(
      'input-invalid',
      `'${text.slice(0, 40)}' is not a date; write 2014-06-09, or 2014-06-09T14:30:00 in UTC`,
    )
  }
  const [, date, minutes, seconds] = match
  return minutes === undefined
    ? parseSession('1d', date!)
    : parseSession('1m', `${date}T${minutes}:${seconds ?? '00'}`)
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/**
 * The coarsest frequency that fits all bars: daily where all start at midnight, hourly where all
 * start on the hour, otherwise by the minute.
 *
 * @param times  epoch milliseconds
 * @returns undefined where a bar does not start on a whole minute
 */
export function frequencyOf(times: Iterable<number>): Frequency | undefined {
  let frequency: Frequency = '1d'
  for (const time of times) {
    if (time % MINUTE_MS !== 0) return undefined
    if (time % HOUR_MS !== 0) frequency = '1m'
    else if (time % DAY_MS !== 0 && frequency === '1d') frequency = '1h'
  }
  return frequency
}
