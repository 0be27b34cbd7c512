import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalUpperTail } from '../../../harness/statistics/normal.js'
import { seededRandom } from '../../../harness/statistics/random.js'
import {
  fitVarianceMixture,
  mixedError,
  twoSidedQuantile,
  twoSidedTail,
  updateMixture,
} from '../../../harness/statistics/variance-mixture.js'

const anyVariances = fc.array(
  fc.record({
    ratio: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e9, noNaN: true })),
    df: fc.constantFrom(1, 2, 4, 7),
  }),
  { maxLength: 20 },
)

/**
 * Quantities with an own variance estimate of 4 degrees of freedom: most have the expected
 * variance, some have a much larger one.
 */
function simulated(count: number, large: { part: number; factor: number }, seed: number) {
  const random = seededRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: count }, () => {
    const variance = random() < large.part ? large.factor : 1
    let squares = 0
    for (let term = 0; term < 4; term += 1) squares += normal() ** 2
    return {
      own: { ratio: (variance * squares) / 4, df: 4 },
      error: Math.sqrt(variance) * normal(),
      variance,
    }
  })
}

describe('the mixture of many variances', () => {
  it('is a distribution, whatever the variances are', () => {
    fc.assert(
      fc.property(anyVariances, (variances) => {
        const { mixture, logLikelihood } = fitVarianceMixture(variances)
        expect(mixture.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9)
        expect(Math.min(...mixture)).toBeGreaterThan(0)
        expect(Number.isFinite(logLikelihood)).toBe(true)
        for (const own of variances) {
          const updated = updateMixture(mixture, own)
          expect(updated.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('finds the part with a large variance', () => {
    const all = simulated(2000, { part: 0.2, factor: 16 }, 7)
    const { mixture } = fitVarianceMixture(all.map(({ own }) => own))
    const sum = (from: number, to: number) =>
      mixture.slice(from, to).reduce((total, weight) => total + weight, 0)
    expect(sum(0, 3)).toBeGreaterThan(0.7)
    expect(sum(4, 7)).toBeGreaterThan(0.15)
    expect(sum(4, 7)).toBeLessThan(0.25)
  })

  it('is more likely for variances that are as expected', () => {
    const likelihood = (unit: number) =>
      fitVarianceMixture(
        simulated(300, { part: 0, factor: 1 }, 3).map(({ own }) => ({
          ...own,
          ratio: own.ratio * unit,
        })),
      ).logLikelihood -
      // The density of the variances themselves, not of their ratios.
      300 * 2 * Math.log(1 / unit)
    expect(likelihood(1)).toBeGreaterThan(likelihood(40))
    expect(likelihood(1)).toBeGreaterThan(likelihood(1 / 40))
  })
})

describe('an error with a mixed variance', () => {
  it.each([
    { part: 0, factor: 1 },
    { part: 0.1, factor: 16 },
    { part: 0.3, factor: 8 },
  ])(
    'leaves a 99.8 % interval as rarely as that, if a part of $part has $factor times the variance',
    ({ part, factor }) => {
      let missed = 0
      for (let trial = 0; trial < 100; trial += 1) {
        const all = simulated(200, { part, factor }, 100 + trial)
        const { mixture } = fitVarianceMixture(all.map(({ own }) => own))
        for (const { own, error } of all) {
          const mixed = mixedError(updateMixture(mixture, own), 1, 1e-9)
          if (twoSidedTail(mixed, Math.abs(error)) <= 0.002) missed += 1
        }
      }
      // Expected are 40 of 20,000; four standard deviations are 25.
      expect(missed).toBeLessThan(65)
      expect(missed).toBeGreaterThan(8)
    },
  )

  it('is normal if all its variances are the least', () => {
    const { mixture } = fitVarianceMixture([])
    const error = mixedError(mixture, 1e-9, 4)
    expect(twoSidedTail(error, 5)).toBeCloseTo(2 * normalUpperTail(2.5), 12)
    expect(twoSidedQuantile(0.05)(error) / 2 / 1.959964).toBeCloseTo(1, 3)
  })

  it('has a quantile that its tail confirms, never a smaller one', () => {
    fc.assert(
      fc.property(
        anyVariances,
        fc.double({ min: 1e-12, max: 0.5, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (variances, tail, expected) => {
          const error = mixedError(fitVarianceMixture(variances).mixture, expected, expected / 10)
          const size = twoSidedQuantile(tail)(error)
          expect(twoSidedTail(error, size)).toBeLessThanOrEqual(tail * (1 + 1e-9))
          expect(twoSidedTail(error, size / 1.001001)).toBeGreaterThan(tail)
        },
      ),
      { numRuns: 300 },
    )
  })
})
