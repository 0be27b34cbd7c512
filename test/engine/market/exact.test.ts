import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  Exact,
  exact,
  fromUnits,
  isShort,
  quotient,
  ratioOfDecimals,
  timesRatio,
  truncatedQuotient,
  truncatedTimes,
} from '../../../engine/market/exact.js'
import { divideHalfEven, Money } from '../../../engine/market/money.js'

const units = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
const positive = fc.bigInt({ min: 1n, max: 10n ** 40n })
const places = fc.integer({ min: 0, max: 15 })

describe('exact decimals', () => {
  test.prop([units, places, units, places], { numRuns: 1000 })(
    'multiply and add without rounding, whatever the length',
    (a, i, b, j) => {
      const product = fromUnits(a, i).times(fromUnits(b, j))
      expect(product.eq(fromUnits(a * b, i + j))).toBe(true)
      const sum = fromUnits(a, i).plus(fromUnits(b, j))
      expect(sum.eq(fromUnits(a * 10n ** BigInt(j) + b * 10n ** BigInt(i), i + j))).toBe(true)
    },
  )

  test.prop([units, places, positive, places, places], { numRuns: 1000 })(
    'divide in integers: half-even, or without the fraction',
    (a, i, b, j, to) => {
      const top = a * 10n ** BigInt(j)
      const bottom = b * 10n ** BigInt(i)
      const [n, d] = [fromUnits(a, i), fromUnits(b, j)]
      expect(
        quotient(n, d, to).eq(fromUnits(divideHalfEven(top * 10n ** BigInt(to), bottom), to)),
      ).toBe(true)
      expect(truncatedQuotient(n, d).eq(fromUnits(top / bottom, 0))).toBe(true)
      const ratio = { numerator: b, denominator: 10n ** BigInt(j) }
      expect(truncatedTimes(n, ratio).eq(fromUnits((a * b) / 10n ** BigInt(i + j), 0))).toBe(true)
      expect(
        timesRatio(n, ratio, to).eq(
          fromUnits(divideHalfEven(a * b * 10n ** BigInt(to), 10n ** BigInt(i + j)), to),
        ),
      ).toBe(true)
    },
  )

  it('keep a tie that 28 digits lose: 14 ÷ 3 × 3 ÷ 4 is 3.5', () => {
    expect(quotient(exact('10.5'), exact(3), 0).toFixed()).toBe('4')
    const long = exact('1.00000000000000000000000000005')
    expect(quotient(long, exact(1), 28).toFixed()).toBe('1')
    expect(quotient(long.plus('1e-40'), exact(1), 28).toFixed()).toBe(
      '1.0000000000000000000000000001',
    )
  })

  it('are made from any decimal without rounding it, and once', () => {
    const long = '12345678901234567890123456789012345.678901'
    expect(exact(long).toFixed()).toBe(long)
    expect(new Money(exact(long)).toFixed()).toBe(long)
    expect(exact(new Money('0.1')).constructor).toBe(Exact)
    const one = exact(1)
    expect(exact(one)).toBe(one)
  })

  it('bound the amounts that enter', () => {
    expect([isShort(exact('9'.repeat(40))), isShort(exact('9'.repeat(41)))]).toEqual([true, false])
    expect([isShort(exact('1e-41')), isShort(exact(Number.POSITIVE_INFINITY))]).toEqual([
      false,
      false,
    ])
  })

  it('make a ratio in lowest terms', () => {
    expect(ratioOfDecimals(new Money('1.5'), new Money(3))).toEqual({
      numerator: 1n,
      denominator: 2n,
    })
  })
})
