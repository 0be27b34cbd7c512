import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { barTimes } from '../../../engine/bundle/price-files/bar-times.js'
import { readDates } from '../../../engine/bundle/price-files/date-column.js'
import { decimalMarkOf } from '../../../engine/bundle/price-files/decimal-mark.js'
import { plainNumber } from '../../../engine/bundle/price-files/number-text.js'
import { zoneNamed } from '../../../engine/bundle/price-files/time-zone.js'
import { decimalDigits } from '../../../engine/market/money.js'
import { drawn } from '../../fixtures/drawn.js'

const RUNS = { numRuns: drawn(1000) }
const DAY_MS = 86_400_000

/** Up to 12 digits before the mark and 9 after it. */
const amount = fc.record({
  whole: fc.integer({ min: 0, max: 999_999_999_999 }).map(String),
  places: fc.stringMatching(/^\d{1,9}$/),
})

const grouped = (digits: string, separator: string) =>
  digits.replace(/\B(?=(?:\d{3})+$)/g, separator)

describe('a number', () => {
  test.prop(
    [amount, fc.constantFrom('.', ','), fc.constantFrom('', 'other', ' ', '\u00a0', "'")],
    RUNS,
  )(
    'keeps every digit, whatever stands before its places and between its thousands',
    ({ whole, places }, mark, between) => {
      const separator = between === 'other' ? (mark === '.' ? ',' : '.') : between
      const text = `${grouped(whole, separator)}${mark}${places}`
      const plain = plainNumber(text, mark as '.' | ',', true)
      expect(decimalDigits(plain)).toEqual(decimalDigits(`${whole}.${places}`))
    },
  )

  test.prop([amount, fc.constantFrom('.', ',')], RUNS)(
    'decides its file where it can be read in one way, and is never read in another',
    ({ whole, places }, mark) => {
      const text = `${grouped(whole, mark === '.' ? ',' : '.')}${mark}${places}`
      const unclear = /^[1-9]\d{0,2}[.,]\d{3}$/.test(text)
      const decide = () => decimalMarkOf('a.csv', [{ line: 2, text }], undefined)
      if (!unclear) expect(decide()).toBe(mark)
      else if (mark === ',') expect(decide).toThrow(/give --decimal-comma or --thousands-comma/)
      else expect(decide()).toBe('.')
    },
  )

  test.prop([amount, fc.constantFrom('K', 'M', 'B', 'T', 'k', 'm')], RUNS)(
    'is shifted exactly by its suffix',
    ({ whole, places }, suffix) => {
      const power = { K: 3, M: 6, B: 9, T: 12 }[suffix.toUpperCase()]!
      const shifted = `${whole}${places.padEnd(power, '0').slice(0, power)}.${places.slice(power)}0`
      const plain = plainNumber(`${whole}.${places}${suffix}`, '.', true)
      expect(decimalDigits(plain)).toEqual(decimalDigits(shifted))
    },
  )
})

const two = (value: number) => String(value).padStart(2, '0')
const parts = (day: number) => {
  const date = new Date(day)
  return { y: date.getUTCFullYear(), m: date.getUTCMonth() + 1, d: date.getUTCDate() }
}
const CLOCK = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  hourCycle: 'h23',
} as const

/** The forms, each with a writer of its own. */
const WRITERS: Readonly<Record<string, (day: number) => string>> = {
  'yyyy-mm-dd': (day) => new Date(day).toISOString().slice(0, 10),
  yyyymmdd: (day) => new Date(day).toISOString().slice(0, 10).replaceAll('-', ''),
  'dd/mm/yyyy': (day) => `${two(parts(day).d)}/${two(parts(day).m)}/${parts(day).y}`,
  'mm/dd/yyyy': (day) => `${parts(day).m}/${parts(day).d}/${parts(day).y}`,
  'dd-mmm-yyyy': (day) =>
    `${two(parts(day).d)}-${new Date(day).toLocaleString('en', { month: 'short', timeZone: 'UTC' })}-${parts(day).y}`,
  'mmm dd, yyyy': (day) =>
    new Date(day).toLocaleDateString('en-US', { dateStyle: 'long', timeZone: 'UTC' }),
  'epoch-s': (day) => String(day / 1000),
  'epoch-ms': (day) => String(day),
  'epoch-us': (day) => `${day}000`,
  'epoch-ns': (day) => `${day}000000`,
  excel: (day) => String(day / DAY_MS + 25_569),
}
/** From 2001-09-10, since when epochs have their usual digits, to 2099. */
const days = fc.array(
  fc.integer({ min: 11_575, max: 47_481 }).map((day) => day * DAY_MS),
  {
    minLength: 1,
    maxLength: 20,
  },
)

describe('a column of dates', () => {
  test.prop([days, fc.constantFrom(...Object.keys(WRITERS))], RUNS)(
    'is read as written where its form is given; without it, the same or not at all',
    (written, form) => {
      const texts = written.map((day, i) => ({ line: i + 2, text: WRITERS[form]!(day) }))
      expect(readDates('a.csv', texts, form).map(({ day }) => day)).toEqual(written)
      const unasked = () => readDates('a.csv', texts, undefined).map(({ day }) => day)
      const undecided = written.every((day) => parts(day).d <= 12)
      const differs = written.some((day) => parts(day).d !== parts(day).m)
      if (form === 'excel') expect(unasked).toThrow(/give --date-format excel/)
      else if (/^(?:dd\/mm|mm\/dd)/.test(form) && undecided && differs)
        expect(unasked).toThrow(/give --date-format dd\/mm\/yyyy or --date-format mm\/dd\/yyyy/)
      else expect(unasked()).toEqual(written)
    },
  )
})

describe('local times', () => {
  const clocks = new Map<string, Intl.DateTimeFormat>()
  /** Around the changes of 2024, and anywhere from 1970 on. */
  const hours = fc.oneof(
    fc.integer({ min: 0, max: 480_000 }),
    fc
      .tuple(
        fc.constantFrom(
          '2024-03-10',
          '2024-03-31',
          '2024-04-06',
          '2024-10-06',
          '2024-10-27',
          '2024-11-03',
        ),
        fc.integer({ min: -20, max: 20 }),
      )
      .map(([day, hour]) => Date.parse(day) / 3_600_000 + hour),
  )
  const zones = ['America/New_York', 'Europe/London', 'Australia/Sydney', 'Asia/Kolkata', '-03:30']

  test.prop([fc.constantFrom(...zones), hours, fc.constantFrom(15, 30, 60)], RUNS)(
    'of consecutive bars are the instants they came from, also where the clock is set',
    (name, hour, step) => {
      const instants = Array.from({ length: 40 }, (_, i) => hour * 3_600_000 + i * step * 60_000)
      const zone = zoneNamed(name)
      const local = instants.map((time) => localOf(name, time))
      const stamps = local.map((time) => ({ day: 0, time, offset: undefined }))
      const texts = local.map((time, i) => ({ line: i + 2, text: String(time) }))
      const assets = texts.map(() => 'A')
      const read = () => barTimes('a.csv', texts, stamps, assets, name, undefined).times
      const twice = local.some((time) => zone.instantsAt(time).length > 1)
      const shown = new Set(local).size < local.length
      if (twice && !shown) expect(read).toThrow(/comes twice in/)
      else expect(read()).toEqual(instants)
    },
  )

  /** What the runtime shows on that clock, as if it were UTC. */
  function localOf(name: string, time: number): number {
    if (name === '-03:30') return time - 12_600_000
    const shown = clocks.get(name) ?? new Intl.DateTimeFormat('en-US', { ...CLOCK, timeZone: name })
    clocks.set(name, shown)
    return Date.parse(`${shown.format(time).replace(',', '')} UTC`)
  }
})
