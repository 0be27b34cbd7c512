import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { MAX_RECOVERABLE_TICKS, Money } from '../../../engine/market/money.js'
import {
  invert,
  isOne,
  multiply,
  ONE,
  Product,
  type Rational,
  rational,
  rationalOf,
  scaleExactly,
  scaleTicks,
} from '../../../engine/market/rational.js'

const ticks = fc.integer({ min: 0, max: MAX_RECOVERABLE_TICKS })
const scale = (factor: Rational, t: number) => scaleTicks(t, new Product(factor))
const part = fc.bigInt({ min: 1n, max: 10n ** 40n })

describe('scaleTicks', () => {
  test.prop([ticks, part, part], { numRuns: 5000 })('equals the all-bigint twin', (t, n, d) => {
    const factor = rational(n, d)
    expect(scale(factor, t)).toBe(scaleExactly(t, factor))
  })

  test.prop([fc.integer({ min: 0, max: 2 ** 40 }), fc.bigInt({ min: 1n, max: 2n ** 20n })], {
    numRuns: 5000,
  })('decides exact ties to even: odd × k ÷ 2k', (half, k) => {
    const odd = 2 * half + 1
    const rounded = scale({ numerator: k, denominator: 2n * k }, odd)
    expect(rounded).toBe(half % 2 === 0 ? half : half + 1)
  })

  test.prop(
    [fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 50, max: 300 }), fc.boolean()],
    { numRuns: 2000 },
  )('rounds correctly where doubles cannot distinguish a value from a tie', (half, bits, above) => {
    // (2·half + 1) / 2 ± 2^-bits, far below the spacing of doubles around it.
    const denominator = 2n ** BigInt(bits)
    const exact = BigInt(2 * half + 1) * (denominator / 2n) + (above ? 1n : -1n)
    expect(scale({ numerator: exact, denominator }, 1)).toBe(above ? half + 1 : half)
  })

  const factors = fc.array(
    fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 12n }))
      .map(([a, b]) => rational(a, b)),
    { minLength: 1, maxLength: 60 },
  )
  const productOf = (list: readonly Rational[]) =>
    list.reduce<Product | undefined>((before, one) => new Product(one, before), undefined)!

  /** Like those of dividends: their product is of the size of 1, so results have many digits. */
  const dividends = fc.array(
    fc.integer({ min: 1000, max: 10 ** 12 }).map((n) => rational(BigInt(n - 7), BigInt(n))),
    { minLength: 1, maxLength: 60 },
  )

  test.prop([ticks, fc.oneof(factors, dividends)], { numRuns: 3000 })(
    'equals the all-bigint twin for a product of many factors',
    (t, list) => {
      expect(scaleTicks(t, productOf(list))).toBe(scaleExactly(t, list.reduce(multiply, ONE)))
    },
  )

  test.prop([fc.integer({ min: 0, max: 2 ** 40 }), factors], { numRuns: 3000 })(
    'decides exact ties to even, whatever the factors of one half are',
    (half, list) => {
      const all = list.reduce(multiply, rational(2n, 1n))
      const rounded = scaleTicks(2 * half + 1, productOf([...list, invert(all)]))
      expect(rounded).toBe(half % 2 === 0 ? half : half + 1)
    },
  )

  it('is exact where a product of doubles would be lost on the way', () => {
    const tiny = rational(1n, 2n ** 800n)
    const huge = invert(tiny)
    expect(scaleTicks(3, productOf([tiny, tiny, huge, huge]))).toBe(3)
    expect(scaleTicks(3, productOf([huge, huge, tiny, tiny, rational(1n, 2n)]))).toBe(2)
  })

  it('falls back to bigint for fractions no double can hold', () => {
    const tiny = rational(1n, 2n ** 1200n)
    expect(scale(tiny, 5)).toBe(0)
    expect(scale(invert(multiply(tiny, rational(2n ** 1190n, 1n))), 3)).toBe(3 * 1024)
    expect(scale(invert(tiny), 0)).toBe(0)
  })
})

describe('rationalOf', () => {
  it('is exact whatever the number of places', () => {
    expect(rationalOf(new Money('0.47'))).toEqual({ numerator: 47n, denominator: 100n })
    expect(rationalOf(new Money('7'))).toEqual({ numerator: 7n, denominator: 1n })
    expect(rationalOf(new Money('1.5000000000000000000000000001')).denominator).toBe(10n ** 28n)
    expect(isOne(multiply(rationalOf(new Money('0.125')), rationalOf(new Money(8))))).toBe(true)
  })
})
