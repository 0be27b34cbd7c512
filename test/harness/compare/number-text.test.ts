import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRange, parseNumber } from '../../../harness/compare/number-text.js'
import { InputError } from '../../../harness/errors.js'

/** The definition of a decimal number. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

describe('parseNumber', () => {
  it('accepts decimal numbers only', () => {
    const letters = fc.constantFrom(...'00123456789..+-eExXbo_, \u00a0\ufeffaf')
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 6 }), (signs) => {
        const text = signs.join('')
        expect(parseNumber(text)).toBe(DECIMAL.test(text) ? Number(text) : undefined)
      }),
      { numRuns: 20_000 },
    )
  })

  it('accepts every double as programs print it', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseNumber(String(value))).toBe(value + 0)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    '',
    ' ',
    '1 ',
    ' 1',
    '0x10',
    '0b1',
    '0o7',
    '1_000',
    '1,5',
    '1.2.3',
    'e5',
    '.',
    '+',
    '12 ms',
    '１',
  ])('refuses %j', (text) => {
    expect(parseNumber(text)).toBeUndefined()
  })
})

describe('checkRange', () => {
  it('accepts 0, NaN, infinity and magnitudes from 1e-30 to 1e30', () => {
    for (const value of [0, -0, 1e-30, -1e-30, 1e-12, 1, 1e12, -1e30, Number.NaN, -Infinity])
      expect(() => checkRange(value, () => 'a.txt, line 1')).not.toThrow()
  })

  it.each([5e-324, -1e-31, 1e31, -1.7e308])(
    'refuses %d, with its place and the remedy',
    (value) => {
      expect(() => checkRange(value, () => 'a.txt, line 1')).toThrow(
        new InputError(
          `a.txt, line 1: ${value} is outside the range 1e-30 to 1e+30; convert all values to another unit, or correct this one`,
        ),
      )
    },
  )
})
