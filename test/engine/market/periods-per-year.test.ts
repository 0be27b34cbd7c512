import { describe, expect, it } from 'vitest'
import { calendarFrom, type Frequency } from '../../../engine/market/calendar.js'
import { periodsPerYear } from '../../../engine/market/periods-per-year.js'
import { sp500Content } from '../../support.js'

const DAY = 86_400_000
/** Monday. */
const START = Date.UTC(2024, 0, 1)

/** Every day of some weeks that a rule keeps; the day's number from 0, a Monday. */
function sessionsOf(days: number, keep: (day: number) => boolean): string[] {
  return Array.from({ length: days }, (_, day) => day)
    .filter(keep)
    .map((day) => new Date(START + day * DAY).toISOString().slice(0, 10))
}

const year = (sessions: readonly string[], frequency: Frequency = '1d') =>
  periodsPerYear(calendarFrom(frequency, sessions))

describe('periods per year', () => {
  const weekday = (day: number) => day % 7 < 5
  it.each([
    ['real sessions of a stock exchange', sp500Content(600).sessions, 252],
    ['weekdays', sessionsOf(400, weekday), 252],
    ['weekdays with holidays', sessionsOf(400, (day) => weekday(day) && day % 11 > 0), 252],
    ['weekdays and Sunday evenings', sessionsOf(400, (day) => day % 7 !== 5), 252],
    ['one week', sessionsOf(5, weekday), 252],
    ['three days of a week', sessionsOf(3, weekday), 252],
    ['a Friday and a Monday', sessionsOf(8, (day) => day === 4 || day === 7), 252],
    ['one session', sessionsOf(1, weekday), 252],
    ['every day', sessionsOf(400, () => true), 365],
    ['every day with gaps', sessionsOf(400, (day) => day % 29 > 0), 365],
    ['a Friday to a Sunday', sessionsOf(7, (day) => day >= 4), 365],
    ['Fridays', sessionsOf(400, (day) => day % 7 === 4), 52],
    ['two Fridays', sessionsOf(14, (day) => day % 7 === 4), 52],
    ['firsts of the month', sessionsOf(800, (day) => isFirst(day)), 12],
    ['firsts of the quarter', sessionsOf(1500, (day) => isFirst(day, 3)), 4],
    ['firsts of the year', sessionsOf(1500, (day) => isFirst(day, 12)), 1],
    ['three days a week', sessionsOf(700, (day) => [0, 2, 4].includes(day % 7)), 157],
    ['every second week', sessionsOf(700, (day) => day % 14 === 0), 26],
  ])('of %s', (_, sessions, expected) => {
    expect(year(sessions)).toBe(expected)
  })

  it('of intraday bars count their days', () => {
    const hours = (days: readonly string[]) =>
      days.flatMap((day) => [`${day}T10:00:00`, `${day}T11:00:00`, `${day}T12:00:00`])
    expect(year(hours(sessionsOf(100, weekday)), '1h')).toBe(252)
    expect(year(hours(sessionsOf(100, () => true)), '1h')).toBe(365)
  })
})

function isFirst(day: number, every = 1): boolean {
  const date = new Date(START + day * DAY)
  return date.getUTCDate() === 1 && date.getUTCMonth() % every === 0
}
