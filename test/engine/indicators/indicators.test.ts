import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareAverages, RollingTickSum, sma, tickSum } from '../../../engine/index.js'

const POWER = 1_000_000
const ticks = fc.integer({ min: 1, max: 10 ** 12 })

describe('tickSum', () => {
  it('is the bigint sum of the ticks the prices were made from', () => {
    fc.assert(
      fc.property(fc.array(ticks, { minLength: 1, maxLength: 300 }), (values) => {
        const prices = Float64Array.from(values, (value) => value / POWER)
        const exact = values.reduce((sum, value) => sum + BigInt(value), 0n)
        expect(BigInt(tickSum(prices, POWER))).toBe(exact)
      }),
      { numRuns: 1000 },
    )
  })

  it('sums a part of a column', () => {
    expect(tickSum([1, 2, 3, 4], 100, 1, 3)).toBe(500)
  })

  it('has no value where a bar did not trade', () => {
    expect(tickSum([1, Number.NaN, 3], 100)).toBeNaN()
  })

  it('refuses a sum beyond the safe integers', () => {
    expect(() => tickSum([9e9, 9e9], POWER)).toThrow(/beyond 2\^53/)
  })
})

describe('RollingTickSum', () => {
  it('agrees with the recomputed sum to the bit at every step, across untraded bars', () => {
    const price = fc.oneof(
      { weight: 9, arbitrary: ticks.map((value) => value / POWER) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(price, { maxLength: 80 }), (length, prices) => {
        const rolling = new RollingTickSum(length, POWER)
        for (const [i, value] of prices.entries()) {
          const expected = i + 1 < length ? Number.NaN : tickSum(prices, POWER, i + 1 - length, i + 1)
          expect(rolling.push(value)).toBe(expected)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('refuses a sum beyond the safe integers', () => {
    const rolling = new RollingTickSum(2, POWER)
    rolling.push(9e9)
    expect(() => rolling.push(9e9)).toThrow(/beyond 2\^53/)
  })
})

describe('compareAverages', () => {
  it('is the sign of the exact difference, also where the products leave the safe integers', () => {
    const sum = fc.maxSafeInteger()
    const length = fc.integer({ min: 1, max: 1000 })
    fc.assert(
      fc.property(sum, length, sum, length, (fastSum, fast, slowSum, slow) => {
        const exact = BigInt(fastSum) * BigInt(slow) - BigInt(slowSum) * BigInt(fast)
        expect(BigInt(compareAverages(fastSum, fast, slowSum, slow))).toBe(exact > 0n ? 1n : exact < 0n ? -1n : 0n)
      }),
      { numRuns: 1000 },
    )
  })

  it('calls equal averages equal, whatever their lengths', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 9 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        (mean, fast, slow) => {
          expect(compareAverages(mean * fast, fast, mean * slow, slow)).toBe(0)
          expect(compareAverages(mean * fast + 1, fast, mean * slow, slow)).toBe(1)
          expect(compareAverages(mean * fast, fast, mean * slow + 1, slow)).toBe(-1)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('refuses the sum of a window with an untraded bar', () => {
    expect(() => compareAverages(Number.NaN, 5, 10, 10)).toThrow(/fast sum is NaN.*ask for price/)
    expect(() => compareAverages(5, 5, Number.NaN, 10)).toThrow(/slow sum is NaN/)
  })
})

describe('sma', () => {
  it('is the mean in units of price', () => {
    expect(sma([1.01, 1.02, 1.06], 100)).toBe(1.03)
    expect(sma([1, Number.NaN], 100)).toBeNaN()
  })
})
