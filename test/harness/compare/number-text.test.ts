import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNumber } from '../../../harness/compare/number-text.js'

/** What a decimal number looks like, said slowly. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

describe('parseNumber', () => {
  it('takes what looks like a decimal number, and nothing else', () => {
    const letters = fc.constantFrom(...'00123456789..+-eExXbo_, \u00a0\ufeffaf')
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 6 }), (signs) => {
        const text = signs.join('')
        expect(parseNumber(text)).toBe(DECIMAL.test(text) ? Number(text) : undefined)
      }),
      { numRuns: 20_000 },
    )
  })

  it('takes every double as programs print it', () => {
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
