import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendarFrom, rangeOf } from '../../../engine/index.js'
import { tradingRange } from '../../../engine/simulation/trading-range.js'

const DAY = 86_400_000

/** Days with gaps of 2 and of 30 calendar days. */
function dailyCalendar(length: number) {
  const day = (i: number) => i + 2 * Math.floor(i / 5) + 30 * Math.floor(i / 21)
  const dates = Array.from({ length }, (_, i) => new Date(day(i) * DAY).toISOString().slice(0, 10))
  return calendarFrom('1d', dates)
}

describe('the share of a range', () => {
  it('is the most recent trading days, whatever the calendar days between them', () => {
    const calendar = dailyCalendar(30)
    expect(tradingRange(calendar, { share: 1 / 3 })).toEqual({ from: 0, start: 20, end: 30 })
    expect(tradingRange(calendar, { start: 3, end: 12, share: 1 / 9 })).toEqual({
      from: 0,
      start: 11,
      end: 12,
    })
    expect(tradingRange(calendar, { share: 1 / 27 }).start).toBe(29)
    expect(tradingRange(calendar, { start: 5, share: 1 })).toEqual(
      tradingRange(calendar, { start: 5 }),
    )
  })

  it('keeps the bars before it readable', () => {
    const calendar = dailyCalendar(30)
    expect(tradingRange(calendar, { start: 10, share: 0.5 }, 8)).toEqual({
      from: 12,
      start: 20,
      end: 30,
    })
  })

  it('counts whole days of hourly bars', () => {
    // Days of 3, 1 and 2 bars.
    const calendar = calendarFrom('1h', [
      '2014-06-09T14:00:00',
      '2014-06-09T15:00:00',
      '2014-06-09T16:00:00',
      '2014-06-10T14:00:00',
      '2014-06-12T14:00:00',
      '2014-06-12T15:00:00',
    ])
    const starts = [0.1, 0.4, 0.6, 0.9].map((share) => tradingRange(calendar, { share }).start)
    expect(starts).toEqual([4, 4, 3, 0])
    // The first day has begun before the range.
    expect(tradingRange(calendar, { start: 1, share: 0.9 }).start).toBe(1)
    expect(tradingRange(calendar, { end: 5, share: 0.3 })).toMatchObject({ start: 4, end: 5 })
  })

  it('has at least one day, grows with the share, and lies in the range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        fc.nat(),
        fc.double({ min: 0, max: 1, minExcluded: true, noNaN: true }),
        fc.double({ min: 0, max: 1, minExcluded: true, noNaN: true }),
        (length, a, b, one, other) => {
          const calendar = dailyCalendar(length)
          const start = a % length
          const end = start + 1 + (b % (length - start))
          const days = (share: number) => {
            const range = tradingRange(calendar, { start, end, share })
            expect(range.end).toBe(end)
            expect(range.start >= start && range.start < end).toBe(true)
            return end - range.start
          }
          const [small, large] = [days(Math.min(one, other)), days(Math.max(one, other))]
          expect(small).toBeLessThanOrEqual(large)
          expect(Math.abs(large - Math.max(one, other) * (end - start))).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('is refused outside of 0 to 1', () => {
    for (const share of [0, -0.5, 1.1, Number.NaN])
      expect(() => tradingRange(dailyCalendar(9), { share })).toThrow(/give a number in \(0, 1\]/)
  })
})

describe('the range of a task', () => {
  it('is its own before that of the executor, with the share of its fidelity', () => {
    const range = { start: 3, end: 9 }
    expect(rangeOf({})).toBeUndefined()
    expect(rangeOf({}, { start: '2014-01-01' })).toEqual({ start: '2014-01-01' })
    expect(rangeOf({ range }, { start: 1 })).toEqual(range)
    expect(rangeOf({ fidelity: 0.5 })).toEqual({ share: 0.5 })
    expect(rangeOf({ fidelity: 0.5 }, { end: 4, share: 0.5 })).toEqual({ end: 4, share: 0.25 })
    expect(rangeOf({ range, fidelity: 0.5 }, { share: 0.5 })).toEqual({ ...range, share: 0.5 })
  })
})
