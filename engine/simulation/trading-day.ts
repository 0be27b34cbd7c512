import { type Calendar, lowerBound } from '../market/calendar.js'
import { oncePer } from '../once-per.js'

/** Whether a bar is the first of its day, in a run that begins at bar `start`. */
export function startsDay({ dayOf }: Calendar, bar: number, start: number): boolean {
  return bar === start || dayOf[bar] !== dayOf[bar - 1]
}

/** Whether a bar is the last of its day, in a run that ends before bar `end`. */
export function endsDay({ dayOf }: Calendar, bar: number, end: number): boolean {
  return bar === end - 1 || dayOf[bar] !== dayOf[bar + 1]
}

/**
 * The bars that end the sessions of a run, ascending; undefined if every bar does.
 *
 * @param start  the first bar
 * @param end    behind the last bar, which ends a session in any case
 */
export function sessionEnds(
  calendar: Calendar,
  start: number,
  end: number,
): Int32Array | undefined {
  if (calendar.days === calendar.length) return undefined
  const ends = lastBarsOfDays(calendar)
  const first = lowerBound(ends, start)
  const own = ends.slice(first, lowerBound(ends, end - 1) + 1)
  own[own.length - 1] = end - 1
  return own
}

const lastBarsOfDays = oncePer((calendar: Calendar): Int32Array => {
  const bars: number[] = []
  for (let bar = 0; bar < calendar.length; bar++)
    if (endsDay(calendar, bar, calendar.length)) bars.push(bar)
  return Int32Array.from(bars)
})
