import { oncePer } from '../once-per.js'
import type { Calendar } from './calendar.js'

const DAY_MS = 86_400_000
const DAYS_PER_YEAR = 365.25

/** Sessions in a year if a market is closed at weekends, by convention. */
export const BUSINESS_DAYS = 252
/** Sessions in a year if a market never closes. */
const ALL_DAYS = 365

/** Conventions for coarser data, by the usual number of days between two sessions. */
const COARSER: readonly { readonly from: number; readonly to: number; readonly year: number }[] = [
  { from: 5, to: 9, year: 52 },
  { from: 26, to: 33, year: 12 },
  { from: 85, to: 98, year: 4 },
  { from: 350, to: 380, year: 1 },
]

/**
 * How many sessions (trading days) of a calendar make a year, from their spacing: 252 if weekends
 * are closed, 365 if most of them are open, 52, 12, 4 or 1 for weekly, monthly, quarterly and
 * yearly bars. Other spacings give the sessions per 365.25 days. Intraday bars count by their
 * days, because returns are measured from day to day. A calendar is counted once.
 *
 * @returns at least 1; 252 if a calendar has a single day
 */
export const periodsPerYear = oncePer(countPeriods)

function countPeriods(calendar: Calendar): number {
  const days = tradingDays(calendar)
  if (days.length < 2) return BUSINESS_DAYS
  const usual = medianGap(days)
  const isDaily = usual <= 1 || (usual < 5 && days.length < 4)
  if (isDaily) return opensAtWeekends(days) ? ALL_DAYS : BUSINESS_DAYS
  const convention = COARSER.find(({ from, to }) => usual >= from && usual <= to)
  if (convention !== undefined) return convention.year
  const span = days.at(-1)! - days[0]!
  return Math.max(1, Math.round(((days.length - 1) / span) * DAYS_PER_YEAR))
}

/** Days since 1970-01-01, ascending. */
function tradingDays({ times, dayOf, length }: Calendar): Float64Array {
  const days: number[] = []
  for (let slot = 0; slot < length; slot++)
    if (dayOf[slot] !== dayOf[slot - 1]) days.push(Math.floor(times[slot]! / DAY_MS))
  return Float64Array.from(days)
}

function medianGap(days: Float64Array): number {
  const gaps = days.subarray(1).map((day, i) => day - days[i]!)
  return gaps.sort()[gaps.length >> 1]!
}

/** Whether most Saturdays and Sundays between the first and the last session have one. */
function opensAtWeekends(days: Float64Array): boolean {
  const open = days.filter(isWeekend).length
  const first = days[0]!
  const last = days.at(-1)!
  const weeks = Math.floor((last - first + 1) / 7)
  let weekends = 2 * weeks
  for (let day = first + 7 * weeks; day <= last; day++) if (isWeekend(day)) weekends++
  return open * 2 > weekends
}

function isWeekend(day: number): boolean {
  // 1970-01-01 was a Thursday; 2 and 3 days later come Saturday and Sunday.
  const weekday = day % 7
  return weekday === 2 || weekday === 3
}
