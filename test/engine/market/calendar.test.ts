import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  calendarFrom,
  formatSession,
  indexOfSession,
  lowerBound,
  parseSession,
  sessionText,
} from '../../../engine/market/calendar.js'

const DAY = 86_400_000
const LAST_DAY = Date.UTC(9999, 11, 31) / DAY

describe('parseSession', () => {
  test.prop([fc.integer({ min: -719_162, max: LAST_DAY })], { numRuns: 5000 })(
    'reads every day as Date does',
    (day) => {
      expect(parseSession('1d', new Date(day * DAY).toISOString().slice(0, 10))).toBe(day * DAY)
    },
  )

  test.prop([fc.integer({ min: -730_000, max: LAST_DAY + 1000 })], { numRuns: 5000 })(
    'writes every day as Date does',
    (day) => {
      const text = new Date(day * DAY).toISOString().slice(0, 10)
      expect(formatSession('1d', day * DAY)).toBe(text)
    },
  )

  test.prop(
    [fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), fc.constantFrom('', 'Z')],
    { numRuns: 2000 },
  )('reads every second as Date does, with and without Z', (second, suffix) => {
    const text = new Date(second * 1000).toISOString().slice(0, 19)
    expect(parseSession('1m', text + suffix)).toBe(second * 1000)
    expect(formatSession('1m', second * 1000)).toBe(text)
  })

  test.prop(
    [
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    ],
    {
      numRuns: 3000,
    },
  )('refuses exactly the days that do not exist', (year, month, day) => {
    const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
    const exists =
      new Date(`${text}T00:00:00Z`).toString() !== 'Invalid Date' &&
      new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)
    if (exists) expect(formatSession('1d', parseSession('1d', text))).toBe(text)
    else expect(() => parseSession('1d', text)).toThrow(/is not a date like 2014-06-09/)
  })

  it.each([
    '2014-6-9',
    '2014-06-09T00:00:00',
    '2014/06/09',
    '20140609',
    '',
    '2014-06-0x',
    '2014-06-09 ',
  ])('refuses %j as a day', (text) => {
    expect(() => parseSession('1d', text)).toThrow(/is not a date like 2014-06-09; correct it/)
  })

  it.each([
    '2014-06-09',
    '2014-06-09 14:30:00',
    '2014-06-09T24:00:00',
    '2014-06-09T14:60:00',
    '2014-06-09T14:30:60',
    '2014-06-09T14:30:00+01:00',
    '2014-06-09T14:30',
  ])('refuses %j as an instant', (text) => {
    expect(() => parseSession('1h', text)).toThrow(/is not a UTC instant like 2014-06-09T14:30:00/)
  })
})

describe('calendarFrom', () => {
  it('numbers days of intraday slots', () => {
    const calendar = calendarFrom('1h', [
      '2021-12-31T22:00:00',
      '2021-12-31T23:00:00',
      '2022-01-01T00:00:00',
      '2022-01-03T00:00:00',
    ])
    expect(Array.from(calendar.dayOf)).toEqual([0, 0, 1, 2])
    expect(calendar.days).toBe(3)
  })

  it('has one day per slot where bars are daily', () => {
    const calendar = calendarFrom('1d', ['1969-12-30', '1970-01-02', '2000-02-29'])
    expect(Array.from(calendar.dayOf)).toEqual([0, 1, 2])
    expect(sessionText(calendar, 2)).toBe('2000-02-29')
    expect(calendarFrom('1d', [])).toMatchObject({ length: 0, days: 0 })
  })

  it('refuses unsorted and repeated sessions', () => {
    expect(() => calendarFrom('1d', ['2014-06-10', '2014-06-09'])).toThrow(
      'session 2014-06-09 comes after 2014-06-10; sort the sessions',
    )
    expect(() => calendarFrom('1d', ['2014-06-09', '2014-06-09'])).toThrow(
      'session 2014-06-09 is repeated',
    )
  })
})

describe('indexOfSession', () => {
  const calendar = calendarFrom('1d', ['2014-06-05', '2014-06-06', '2014-06-09'])

  it('finds a session by text and by time, and returns -1 without one', () => {
    expect(indexOfSession(calendar, '2014-06-09')).toBe(2)
    expect(indexOfSession(calendar, calendar.times[1]!)).toBe(1)
    expect(indexOfSession(calendar, '2014-06-07')).toBe(-1)
    expect(indexOfSession(calendar, '2015-01-01')).toBe(-1)
    expect(indexOfSession(calendar, Number.NaN)).toBe(-1)
  })

  test.prop(
    [
      fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 40 }),
      fc.integer({ min: -5, max: 405 }),
    ],
    {
      numRuns: 1000,
    },
  )('lowerBound is the number of earlier sessions', (days, day) => {
    const sessions = days.sort((a, b) => a - b).map((d) => formatSession('1d', d * DAY))
    expect(lowerBound(calendarFrom('1d', sessions).times, day * DAY)).toBe(
      days.filter((d) => d < day).length,
    )
  })
})
