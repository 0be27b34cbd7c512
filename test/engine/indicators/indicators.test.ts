import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareAverages,
  RollingTickSum,
  type TickSum,
  tickSum,
  windowAverage,
} from '../../../engine/index.js'

const POWER = 1_000_000
const ticks = fc.integer({ min: 1, max: 10 ** 12 })
/**
 * Up to the largest that a double recovers, either sign; sums of a few leave the safe integers, and
 * come back.
 */
const wideTicks = fc.oneof(
  ticks,
  fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
  fc.integer({ min: 2 ** 50, max: 2 ** 51 }),
)

function twinSum(values: readonly number[]): TickSum {
  const exact = values.reduce((sum, value) => sum + BigInt(value), 0n)
  return exact >= BigInt(Number.MIN_SAFE_INTEGER) && exact <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(exact)
    : exact
}

describe('tickSum', () => {
  it('is the bigint sum of the ticks the prices were made from', () => {
    fc.assert(
      fc.property(fc.array(wideTicks, { minLength: 1, maxLength: 300 }), (values) => {
        const prices = Float64Array.from(values, (value) => value / POWER)
        expect(tickSum(prices, POWER)).toBe(twinSum(values))
      }),
      { numRuns: 1000 },
    )
  })

  it('sums a part of a column', () => {
    expect(tickSum([1, 2, 3, 4], 100, 1, 3)).toBe(500)
  })

  it('is NaN where a bar did not trade', () => {
    expect(tickSum([1, Number.NaN, 3], 100)).toBeNaN()
    expect(tickSum([2e9, 2e9, 2e9, 2e9, 2e9, Number.NaN], POWER)).toBeNaN()
  })

  it('is a number up to 2^53 − 1 and a bigint from there', () => {
    const quarter = 2 ** 51
    expect(tickSum([quarter, quarter, quarter, quarter - 1], 1)).toBe(Number.MAX_SAFE_INTEGER)
    expect(tickSum([quarter, quarter, quarter, quarter], 1)).toBe(2n ** 53n)
    expect(tickSum([quarter, quarter, quarter, quarter, 1], 1)).toBe(2n ** 53n + 1n)
    expect(tickSum([quarter, quarter, quarter, quarter, 1, -2], 1)).toBe(Number.MAX_SAFE_INTEGER)
    expect(tickSum([-quarter, -quarter, -quarter, -quarter, -1], 1)).toBe(-(2n ** 53n) - 1n)
  })

  it('refuses a price that has no exact ticks', () => {
    expect(() => tickSum([Number.POSITIVE_INFINITY], POWER)).toThrow(/no exact ticks/)
  })
})

describe('RollingTickSum', () => {
  it('equals the recomputed sum exactly at every step, across untraded bars', () => {
    const price = fc.oneof(
      { weight: 9, arbitrary: wideTicks.map((value) => value / POWER) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(price, { maxLength: 80 }),
        (length, prices) => {
          const rolling = new RollingTickSum(length, POWER)
          for (const [i, value] of prices.entries()) {
            const expected =
              i + 1 < length ? Number.NaN : tickSum(prices, POWER, i + 1 - length, i + 1)
            expect(rolling.push(value)).toBe(expected)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('refuses a price without exact ticks, and continues as if it had not been pushed', () => {
    const rolling = new RollingTickSum(2, POWER)
    rolling.push(1)
    expect(() => rolling.push(1e15)).toThrow(/no exact ticks/)
    expect(rolling.push(2)).toBe(3 * POWER)
  })
})

describe('compareAverages', () => {
  it('is the sign of the exact difference, also where the products leave the safe integers', () => {
    const sum = fc.oneof(
      fc.maxSafeInteger(),
      fc.array(wideTicks, { minLength: 4, maxLength: 200 }).map(twinSum),
    )
    const length = fc.integer({ min: 1, max: 1000 })
    fc.assert(
      fc.property(sum, length, sum, length, (fastSum, fast, slowSum, slow) => {
        const exact = BigInt(fastSum) * BigInt(slow) - BigInt(slowSum) * BigInt(fast)
        expect(BigInt(compareAverages(fastSum, fast, slowSum, slow))).toBe(
          exact > 0n ? 1n : exact < 0n ? -1n : 0n,
        )
      }),
      { numRuns: 1000 },
    )
  })

  it('compares equal averages as equal, whatever their lengths', () => {
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
    expect(() => compareAverages(Number.NaN, 5, 10, 10)).toThrow(
      /fast sum is NaN.*use the field price/,
    )
    expect(() => compareAverages(5, 5, Number.NaN, 10)).toThrow(/slow sum is NaN/)
  })
})

describe('windowAverage', () => {
  it('is the mean in units of price', () => {
    expect(windowAverage([1.01, 1.02, 1.06], 100)).toBe(1.03)
    expect(windowAverage([1, Number.NaN], 100)).toBeNaN()
  })

  it('is within three roundings of the exact mean over the whole range of prices', () => {
    const positive = fc.integer({ min: 1, max: 2 ** 51 })
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 200 }), (values) => {
        const mean = windowAverage(
          values.map((value) => value / POWER),
          POWER,
        )
        // Scaled by 2^80: the exact mean as a bigint fraction, the double (at least 10^−6) as the
        // integer it is after an exact shift.
        const exact =
          (values.reduce((sum, value) => sum + BigInt(value), 0n) << 80n) /
          BigInt(values.length * POWER)
        const off = BigInt(mean * 2 ** 80) - exact
        expect((off < 0n ? -off : off) << 53n).toBeLessThanOrEqual(4n * exact + (4n << 53n))
      }),
      { numRuns: 1000, examples: [[[1]], [[2 ** 51]]] },
    )
  })
})
