import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lag1 } from '../../../harness/statistics/autocorrelation.js'
import { exactTQuantile } from '../../../harness/statistics/exact-quantile.js'
import { groupSequentialBoundaries } from '../../../harness/statistics/group-sequential.js'
import { hodgesLehmann } from '../../../harness/statistics/hodges-lehmann.js'
import { summarize } from '../../../harness/statistics/interval.js'
import { rankSumTest } from '../../../harness/statistics/mann-whitney.js'
import { meanOf, momentsOf, varianceOf } from '../../../harness/statistics/moments.js'
import { rankSum } from '../../../harness/statistics/ranks.js'
import { DegenerateSampleError } from '../../../harness/statistics/sample.js'
import { shapiroWilk } from '../../../harness/statistics/shapiro.js'
import { tCdf, tQuantile } from '../../../harness/statistics/student-t.js'
import { differenceOfMeans } from '../../../harness/statistics/welch.js'
import { signedRankTest } from '../../../harness/statistics/wilcoxon.js'
import { randomFrom } from '../verdict/simulated-evidence.js'
import { fiellerOf } from './fieller-of-values.js'

const runs = { numRuns: 1000 }
const few = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 12 })

describe('rank sums', () => {
  it('equal the slow definition: a rank is one more than the smaller values and half of the other equal ones', () => {
    fc.assert(
      fc.property(few, few, (first, second) => {
        const all = [...first, ...second]
        const rankOf = (value: number) =>
          1 +
          all.filter((other) => other < value).length +
          (all.filter((other) => other === value).length - 1) / 2
        const groups = [...new Set(all)].map(
          (value) => all.filter((other) => other === value).length,
        )
        expect(rankSum(first, second)).toEqual({
          sum: first.reduce((total, value) => total + rankOf(value), 0),
          tieTerm: groups.reduce((total, size) => total + size ** 3 - size, 0),
        })
      }),
      runs,
    )
  })

  it('make tests that depend only on the order of the values', () => {
    const sample = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), {
      minLength: 2,
      maxLength: 30,
    })
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        fc.pre(new Set([...a, ...b]).size > 1)
        const there = rankSumTest(a, b)
        expect(
          rankSumTest(
            a.map((value) => value * 8),
            b.map((value) => value * 8),
          ),
        ).toEqual(there)
        expect(rankSumTest(b, a).p).toBe(there.p)
        expect(rankSumTest(b, a).u).toBe(a.length * b.length - there.u)
      }),
      runs,
    )
  })

  it('use the exact distribution up to 50 values and the corrected normal one above', () => {
    const random = randomFrom(3)
    const sample = (n: number) => Array.from({ length: n }, () => random.normal())
    expect([50, 51].map((n) => signedRankTest(sample(n)).method)).toEqual(['exact', 'normal'])
    expect([50, 51].map((n) => rankSumTest(sample(n), sample(5)).method)).toEqual([
      'exact',
      'normal',
    ])
  })
})

describe('values of any unit', () => {
  const values = [1.5, 2.25, 1.75, 3.5, 2]
  const others = [1, 1.25, 2.5, 1.125]

  it.each([-99, -40, 40, 98])('have the same statistics when multiplied by 2^%d', (exponent) => {
    const scaled = (sample: readonly number[]) => sample.map((value) => value * 2 ** exponent)
    const { mean, sd, cv } = summarize(scaled(values))
    expect([mean / 2 ** exponent, sd / 2 ** exponent, cv]).toEqual([
      meanOf(values),
      summarize(values).sd,
      summarize(values).cv,
    ])
    const { t, df, p } = differenceOfMeans(momentsOf(values), momentsOf(others))
    expect(differenceOfMeans(momentsOf(scaled(values)), momentsOf(scaled(others)))).toMatchObject({
      t,
      df,
      p,
    })
    expect(fiellerOf(scaled(values), scaled(others), false)).toEqual(
      fiellerOf(values, others, false),
    )
    expect(lag1(scaled(values))).toBe(lag1(values))
  })

  it('have 8 decimals of t at a mean of 1e9 and a spread of 1e3', () => {
    const [a, b] = [
      [250, 500, 625],
      [125, 500, 250],
    ]
    const at = (offset: number) =>
      differenceOfMeans(
        momentsOf(a.map((value) => offset + value)),
        momentsOf(b.map((value) => offset + value)),
      )
    const [near, far] = [at(0), at(1e9)]
    expect(far.t).toBeCloseTo(near.t, 8)
    expect(far.df).toBeCloseTo(near.df, 8)
  })

  it('have no spread where they are equal, even where the mean would round', () => {
    for (const value of [0.1, 0.3, 1e16 + 2, 1e-30, 7e29]) {
      expect(summarize(Array(7).fill(value))).toMatchObject({
        mean: value,
        sd: 0,
        cv: 0,
        ci95: { lower: value, upper: value },
      })
      expect(lag1(Array(7).fill(value))).toBeUndefined()
    }
  })

  it('keep the digits of their variance beside a large mean', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 2000 }),
        (offsets) => {
          const n = BigInt(offsets.length)
          const total = offsets.reduce((sum, value) => sum + BigInt(value), 0n)
          const squares = offsets.reduce((sum, value) => sum + BigInt(value) ** 2n, 0n)
          const exact = Number(n * squares - total ** 2n) / Number(n * (n - 1n))
          const found = varianceOf(offsets.map((value) => 2 ** 40 + value))
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(1e-9 * exact)
          expect(Math.abs(varianceOf(offsets) - exact)).toBeLessThanOrEqual(1e-13 * exact)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe("Fieller's interval", () => {
  it('covers the ratio of the means 95 % of the time', () => {
    const random = randomFrom(19)
    const trials = 10_000
    let covered = 0
    for (let trial = 0; trial < trials; trial += 1) {
      const a = Array.from({ length: 10 }, () => 10 + random.normal())
      const b = Array.from({ length: 14 }, () => 8 + 2 * random.normal())
      const { lower, upper } = fiellerOf(a, b, false).ci95
      if (lower <= 0.8 && 0.8 <= upper) covered += 1
    }
    expect(Math.abs(covered / trials - 0.95)).toBeLessThan(0.0075)
  })

  it('holds exactly the ratios that a t-test does not reject', () => {
    const a = [10, 11, 9, 10.5, 9.7]
    const b = [8, 9, 7.5, 8.4, 8.1]
    const { lower, upper } = fiellerOf(a, b, true).ci95
    const critical = exactTQuantile(0.975, 4)
    for (const bound of [lower, upper]) {
      const differences = b.map((value, index) => value - bound * a[index]!)
      expect(Math.abs(meanOf(differences)) / Math.sqrt(varianceOf(differences) / 5)).toBeCloseTo(
        critical,
        9,
      )
    }
  })

  it.each([
    [
      [-1, 1, 0.5, -0.5],
      [1, 2, 3, 4],
    ],
    [
      [5, -4, 6, -3],
      [1, 2, 3, 4],
    ],
    [
      [3, 3],
      [4, 4],
    ],
  ])('does not exist for %j and %j', (a, b) => {
    expect(() => fiellerOf(a, b, false)).toThrow(DegenerateSampleError)
  })
})

describe('distributions', () => {
  it.each([
    // scipy.stats.t.sf, scipy 1.17.1
    [0.01, 2500, 0.496011042627635],
    [1.96, 2500, 0.02505336138775933],
    [5, 1e4, 2.9151633068313295e-7],
    [0.001, 1e6, 0.4996010578858246],
    [1.7, 2e6, 0.04456554050186017],
    [20, 5e5, 2.9840296367526583e-89],
  ])('the t tail at %d with %d degrees of freedom', (t, df, expected) => {
    expect(Math.abs(tCdf(-t, df) / expected - 1)).toBeLessThan(1e-9)
  })

  it.each([
    // scipy.stats.t.ppf
    [0.975, 2001, 1.9611502326224413],
    [0.975, 1e6, 1.959966356814107],
    [0.9, 5e4, 1.2815684974683013],
  ])('the t quantile of %d with %d degrees of freedom', (p, df, expected) => {
    expect(tQuantile(p, df)).toBeCloseTo(expected, 10)
    expect(exactTQuantile(p, df)).toBeCloseTo(expected, 10)
  })

  it('give a boundary for an early look that spends almost nothing', () => {
    // scipy.stats.norm.isf of what O'Brien-Fleming spending allots to the first of ten looks at
    // 0.001
    const [first, ...others] = groupSequentialBoundaries(
      Array.from({ length: 10 }, (_, index) => 10 * (index + 1)),
      0.001,
      'obrien-fleming',
    )
    expect(first!.z).toBeCloseTo(10.339337939813642, 9)
    expect(others.every(({ z }, index) => z < (others[index - 1] ?? first)!.z)).toBe(true)
  })

  it.each([
    // scipy.stats.shapiro
    [[1, 2, 4.5], 0.9423076923076923, 0.5367371250662004],
    [[-1, 0, 1e-3], 0.7507492500007492, 0.0016531596933353487],
    [[0.1, 0.2, 0.3000001], 0.9999999999999165, 0.999999448157159],
  ])('the shape of three values, %j', (values, w, p) => {
    const found = shapiroWilk(values)
    expect(found.w).toBeCloseTo(w, 12)
    expect(found.p).toBeCloseTo(p, 7)
  })

  it('refuse more values than their approximation or their cost allows', () => {
    const many = Array.from({ length: 5001 }, (_, index) => Math.sin(index))
    expect(() => shapiroWilk(many)).toThrow(DegenerateSampleError)
    expect(() => hodgesLehmann(many.slice(0, 2001))).toThrow(DegenerateSampleError)
    expect(shapiroWilk(many.slice(0, 5000)).w).toBeGreaterThan(0)
    expect(hodgesLehmann(many.slice(0, 2000))).toBeLessThan(1)
  })
})
