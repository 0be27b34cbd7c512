import { fc, test } from '@fast-check/vitest'
import { Decimal } from 'decimal.js'
import { describe, expect, it } from 'vitest'
import {
  decimalDigits,
  divideHalfEven,
  MAX_RECOVERABLE_TICKS,
  MAX_UNSCALED,
  Money,
  parseDecimal,
  powerOfTen,
  ticksAt,
  ticksToNumber,
  ticksToText,
} from '../../../engine/market/money.js'

const scale = fc.integer({ min: 0, max: 15 })
const RUNS = { numRuns: 2000 }

describe('Money', () => {
  it('rounds half to even at 28 digits without touching the shared Decimal constructor', () => {
    expect(new Money('1').dividedBy(3).toFixed()).toBe('0.3333333333333333333333333333')
    expect(new Money('2.5').toDecimalPlaces(0).toFixed()).toBe('2')
    expect(Decimal.precision).toBe(20)
  })

  it('never writes an exponent', () => {
    expect(new Money('1e-15').toString()).toBe('0.000000000000001')
    expect(new Money('1e25').toString()).toBe('10000000000000000000000000')
  })
})

describe('parseDecimal', () => {
  it.each([
    ['58.485714', 6, 58485714],
    ['370', 6, 370000000],
    ['370.0000000000', 6, 370000000],
    ['.5', 1, 5],
    ['5.', 1, 50],
    ['+1.25', 2, 125],
    ['-1.25', 2, -125],
    ['-0.00', 2, 0],
    ['007', 0, 7],
    ['9007199254740991', 0, MAX_UNSCALED],
    ['1.0035e-06', 10, 10035],
    ['1.5e+06', 0, 1_500_000],
    ['1E3', 2, 100_000],
    ['-2.50e-1', 2, -25],
    ['.5e1', 0, 5],
    ['12.345e1', 2, 12345],
    ['1200e-2', 0, 12],
    ['0e40', 0, 0],
    ['1e-7', 7, 1],
  ])('reads %s at scale %i as %i', (text, places, ticks) => {
    expect(Object.is(parseDecimal(text, places), ticks)).toBe(true)
  })

  it.each([
    '',
    ' ',
    '.',
    '-',
    'e5',
    '.e5',
    '1e',
    '1e5.5',
    '1e41',
    '1e-41',
    '1e+-2',
    '1 e5',
    '1e999999999999',
    '0x10',
    'NaN',
    'Infinity',
    '1,000',
    '1.2.3',
    '1 2',
    '--1',
    '１',
  ])('refuses %j', (text) => {
    expect(() => parseDecimal(text, 6)).toThrow(/is not a plain decimal; write it like 123\.45/)
  })

  it('names the option that keeps more places', () => {
    expect(() => parseDecimal('1.12345678', 6)).toThrow(
      '1.12345678 has 8 decimal places but the scale keeps 6; use --price-scale 8',
    )
    expect(() => parseDecimal('1.12345678', 6, '--volume-scale')).toThrow('use --volume-scale 8')
    expect(() => parseDecimal(`1.${'0'.repeat(20)}1`, 6)).toThrow('round it to 6 places first')
    expect(() => parseDecimal('1e-40', 6)).toThrow(
      '1e-40 has 40 decimal places but the scale keeps 6; round it to 6 places first',
    )
    expect(() => parseDecimal('123456.1234567890123', 9)).toThrow('round it to 9 places first')
  })

  it('refuses what does not fit below 2^53', () => {
    expect(() => parseDecimal('9007199254740992', 0)).toThrow(
      'does not fit 0 decimal places below 2^53; lower --price-scale',
    )
    expect(() => parseDecimal('9007199255', 6)).toThrow(/below 2\^53/)
  })

  it.each([-1, 16, 1.5, Number.NaN])('refuses scale %d', (places) => {
    expect(() => powerOfTen(places)).toThrow(/is not a whole number from 0 to 15/)
  })

  test.prop(
    [fc.integer({ min: -MAX_UNSCALED, max: MAX_UNSCALED }), fc.integer({ min: 0, max: 30 }), scale],
    RUNS,
  )('reads an exponent as decimal.js does', (digits, shift, places) => {
    const Exact = Decimal.clone({ precision: 60, toExpNeg: -9e15, toExpPos: 9e15 })
    const text = `${digits}e${shift - 15}`
    const plain = new Exact(text)
    expect(decimalDigits(text)).toEqual(decimalDigits(plain.toFixed()))
    const exact = plain.times(new Exact(10).pow(places))
    if (!exact.isInteger() || exact.abs().greaterThan(MAX_UNSCALED))
      expect(() => parseDecimal(text, places)).toThrow()
    else expect(parseDecimal(text, places)).toBe(exact.toNumber() + 0)
  })

  test.prop([fc.integer({ min: -MAX_UNSCALED, max: MAX_UNSCALED }), scale], RUNS)(
    'is the inverse of ticksToText',
    (ticks, places) => {
      expect(parseDecimal(ticksToText(ticks, places), places)).toBe(ticks + 0)
    },
  )
})

describe('decimalDigits', () => {
  const digits = fc.stringMatching(/^\d{0,9}$/)
  test.prop([digits, fc.constantFrom('', '.'), digits], { numRuns: 3000 })(
    'reads a plain text as it reads the same text with an exponent of zero',
    (whole, point, places) => {
      const text = `${whole}${point}${places}`
      expect(decimalDigits(text)).toEqual(decimalDigits(`${text}e0`))
    },
  )
})

describe('ticks and doubles', () => {
  test.prop([fc.integer({ min: -MAX_UNSCALED, max: MAX_UNSCALED }), scale], RUNS)(
    'ticksToNumber is the double nearest to the decimal',
    (t, places) => {
      expect(ticksToNumber(t, places)).toBe(Number(ticksToText(t, places)) + 0)
    },
  )

  test.prop([fc.integer({ min: -MAX_RECOVERABLE_TICKS, max: MAX_RECOVERABLE_TICKS }), scale], {
    numRuns: 20_000,
  })('ticksAt recovers every tick up to 2^51', (ticks, places) => {
    expect(ticksAt(ticksToNumber(ticks, places), powerOfTen(places))).toBe(ticks)
  })

  test.prop([fc.integer({ min: 0, max: 5000 }), scale], RUNS)(
    'recovers the ticks just below 2^51, where the bound is tight',
    (below, places) => {
      const ticks = MAX_RECOVERABLE_TICKS - below
      expect(ticksAt(ticksToNumber(ticks, places), powerOfTen(places))).toBe(ticks)
    },
  )

  it('would lose ticks between 2^52 and 2^53, so it refuses beyond 2^51', () => {
    const lost = Array.from({ length: 20_000 }, (_, i) => MAX_UNSCALED - i).filter(
      (t) => Math.round((t / 1e6) * 1e6) !== t,
    )
    expect(lost.length).toBeGreaterThan(0)
    expect(() => ticksAt((MAX_RECOVERABLE_TICKS + 1) / 1e6, 1e6)).toThrow(/limit 2\^51 ticks/)
    expect(() => ticksAt(Number.NaN, 1e6)).toThrow(/has no exact ticks/)
    expect(() => ticksAt(Number.NEGATIVE_INFINITY, 1e6)).toThrow(/has no exact ticks/)
  })

  it('has no negative zero', () => {
    expect(Object.is(ticksAt(-1e-9, 1e6), 0)).toBe(true)
  })
})

describe('ticksToText', () => {
  it.each([
    [1008495299620, 6, '1008495.29962'],
    [996670000000, 6, '996670'],
    [-5, 1, '-0.5'],
    [0, 6, '0'],
    [7, 0, '7'],
    [10n ** 30n + 1n, 2, '10000000000000000000000000000.01'],
  ])('writes %d at scale %i as %s', (ticks, places, text) => {
    expect(ticksToText(ticks, places)).toBe(text)
  })

  it('refuses a number that is not exact', () => {
    expect(() => ticksToText(2 ** 53, 6)).toThrow(/pass a bigint for values beyond 2\^53/)
    expect(() => ticksToText(0.5, 6)).toThrow(/is not an exact number of ticks/)
  })
})

describe('divideHalfEven', () => {
  const wide = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n })

  test.prop([wide, wide.filter((d) => d !== 0n)], RUNS)('agrees with decimal.js', (n, d) => {
    // 60 digits hold the quotient of two 14-digit integers precisely enough to distinguish a tie
    // from a value next to one.
    const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN })
    expect(divideHalfEven(n, d).toString()).toBe(
      BigInt(new Exact(n.toString()).dividedBy(d.toString()).toFixed(0)).toString(),
    )
  })

  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [7n, -2n, -4n],
    [-7n, -2n, 4n],
    [0n, -3n, 0n],
    [4n, 3n, 1n],
    [5n, 3n, 2n],
  ])('%d ÷ %d is %d', (n, d, quotient) => {
    expect(divideHalfEven(n, d)).toBe(quotient)
  })
})
