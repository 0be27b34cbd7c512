import type { Frequency } from '../market/calendar.js'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/**
 * The coarsest frequency that fits all bars: daily if all start at midnight, hourly if all start
 * on the hour, otherwise by the minute.
 *
 * @param times  epoch milliseconds
 * @returns undefined if a bar does not start on a whole minute
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
