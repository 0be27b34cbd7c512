import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareValues } from '../../../harness/compare/compare-values.js'
import { checkValues } from '../../../harness/compare/regression-check.js'
import { toPairedTests } from '../../../harness/record/ordinary-tests.js'
import { effectSize } from '../../../harness/statistics/effect-size.js'
import { rankSumTest } from '../../../harness/statistics/mann-whitney.js'
import { momentsOf } from '../../../harness/statistics/moments.js'
import { drawn } from '../../fixtures/drawn.js'

const slow = [10.1, 10.4, 9.8, 10.2, 10.9, 10.3, 9.9, 10.6, 10.0, 10.7, 10.2, 10.5]
const fast = slow.map((value, index) => 0.9 * value + 0.01 * ((index * 7) % 5))
/** scipy 1.17.1, for [10, 11, 12, 13] and [8, 8.5, 9.5]. */
const SCIPY = {
  estimate: 0.24470805724834105,
  df: 4.962406963984478,
  p: 0.014035731583117335,
  lower: 0.08220565117370039,
  upper: 0.3784381876886662,
  welchLower: 0.8068407412516159,
}
const STATISTICS = [
  'improvement',
  'speedup',
  'welch',
  'paired',
  'wilcoxon',
  'mannWhitney',
  'hodgesLehmann',
  'shapiro',
  'lag1',
] as const
const ALL = [...STATISTICS, 'effectSize', 'improvementOfMeans', 'fieller', 'noise'] as const

describe('two sets of values', () => {
  it('have every statistic of a decision record where they are paired', () => {
    const result = compareValues(slow, fast, true)
    expect(result.absent).toEqual({})
    for (const key of ALL) expect(result[key], key).toBeDefined()
    const { wilcoxon, shapiro, hodgesLehmann, lag1 } = toPairedTests(result.logRatios!)
    const mannWhitney = rankSumTest(slow, fast)
    expect(result).toMatchObject({ wilcoxon, shapiro, hodgesLehmann, lag1, mannWhitney })
    expect(result.effectSize).toBeCloseTo(effectSize(momentsOf(slow), momentsOf(fast)), 13)
    expect(result.improvement!.estimate).toBeCloseTo(0.098, 3)
  })

  it('have no paired statistics, with the reason, where they are not paired', () => {
    const result = compareValues(slow, fast.slice(1), false)
    for (const key of ['paired', 'wilcoxon', 'hodgesLehmann', 'shapiro', 'lag1'] as const) {
      expect(result[key]).toBeUndefined()
      expect(result.absent[key]).toMatch(/not paired; with --paired/)
    }
  })

  it('are compared by Welch on logs, as in scipy, where they are not paired', () => {
    // scipy 1.17.1: ttest_ind(log([10, 11, 12, 13]), log([8, 8.5, 9.5]),
    // equal_var=False).confidence_interval(0.95)
    const { improvement, speedup, welch, mannWhitney, fieller } = compareValues(
      [10, 11, 12, 13],
      [8, 8.5, 9.5],
      false,
    )
    expect(improvement!.estimate).toBeCloseTo(SCIPY.estimate, 12)
    expect(improvement!.df).toBeCloseTo(SCIPY.df, 10)
    expect(improvement!.p).toBeCloseTo(SCIPY.p, 8)
    expect(improvement!.ci95![0]).toBeCloseTo(SCIPY.lower, 11)
    expect(improvement!.ci95![1]).toBeCloseTo(SCIPY.upper, 11)
    expect(speedup).toBeCloseTo(1 / (1 - SCIPY.estimate), 12)
    expect(welch!.ci95[0]).toBeCloseTo(SCIPY.welchLower, 11)
    expect([mannWhitney!.u, mannWhitney!.p]).toEqual([12, expect.closeTo(2 / 35, 12)])
    expect(fieller!.ratio).toBeCloseTo(26 / 3 / 11.5, 14)
  })

  it('have statistics that are finite, or absent with a reason, at any values in range', () => {
    const wild = fc.oneof(
      fc.double({ min: 1e-30, max: 1e-20 }),
      fc.double({ min: -1e30, max: -1e20 }),
      fc.double({ min: 1e20, max: 1e30 }),
      fc.constantFrom(0, -0, 1, 1, 0.1, 1e16, Number.NaN, Infinity, -Infinity, 1e-30, 1e30),
      fc.integer({ min: -3, max: 3 }),
    )
    const tame = fc.oneof(
      fc.double({ min: 1e-30, max: 1e-29, noNaN: true }),
      fc.double({ min: 0.5, max: 2, noNaN: true }),
    )
    const sample = fc.oneof(
      fc.array(wild, { maxLength: 12 }),
      fc.array(tame, { minLength: 10, maxLength: 30 }),
    )
    fc.assert(
      fc.property(sample, sample, fc.boolean(), (a, b, wanted) => {
        const paired = wanted && a.length === b.length
        const { look: _look, logRatios: _logRatios, ...result } = compareValues(a, b, paired)
        expectSound(result)
        for (const key of ALL)
          expect(result[key] === undefined, key).toBe(result.absent[key] !== undefined)
      }),
      { numRuns: drawn(3000) },
    )
  })

  it.each([
    [[], slow, /the baseline has no values/],
    [slow, [5], /the candidate has only one value/],
    [slow, [1, Number.NaN, 2], /value 2 of the candidate is NaN, not a finite number; remove it/],
    [[1, Infinity], slow, /value 2 of the baseline is Infinity/],
  ])('have no statistic against each other: %j, %j', (a, b, reason) => {
    const result = compareValues(a, b, false)
    for (const key of ['improvement', 'welch', 'mannWhitney', 'noise'])
      expect(result.absent[key]).toMatch(reason)
  })

  it('have differences of means but no ratios where not all are above zero', () => {
    const result = compareValues([-1, 0, 2, 3], [-5, -4, 1, -2], true)
    expect(result.welch!.ci95[0]).toBeLessThan(3.5)
    expect(result.mannWhitney).toBeDefined()
    expect(result.baseline.cv).toBeUndefined()
    for (const key of ['improvement', 'speedup', 'improvementOfMeans', 'fieller', 'paired']) {
      expect(result.absent[key]).toMatch(/not all values are above zero/)
    }
  })

  it('have improvements but no t-tests where they do not vary', () => {
    const { improvement, improvementOfMeans, welch, mannWhitney, absent, candidate } =
      compareValues(Array(12).fill(0.1), Array(11).fill(0.05), false)
    expect([improvement!.estimate, improvementOfMeans]).toEqual([expect.closeTo(0.5, 14), 0.5])
    expect([improvement!.ci95, improvement!.p, welch]).toEqual([undefined, undefined, undefined])
    expect(mannWhitney).toBeDefined()
    expect(candidate.sd).toBe(0)
    expect(absent).toMatchObject({
      welch: expect.stringContaining('neither sample varies'),
      'improvement.p': expect.any(String),
    })
  })

  it('have the same statistics in any unit', () => {
    const at = (factor: number) =>
      compareValues(
        slow.map((value) => value * factor),
        fast.map((value) => value * factor),
        false,
      )
    const one = at(1)
    for (const factor of [2 ** -90, 2 ** 90]) {
      const other = at(factor)
      expect(other.welch!.t).toBeCloseTo(one.welch!.t, 10)
      expect(other.welch!.ci95[0]! / factor).toBeCloseTo(one.welch!.ci95[0]!, 10)
      expect(other.fieller!.ci95[1]).toBeCloseTo(one.fieller!.ci95[1]!, 12)
      expect(other.baseline.sd! / factor).toBeCloseTo(one.baseline.sd!, 12)
    }
  })

  it('lack the statistics that would take too long for many values', () => {
    const many = (seed: number) =>
      Array.from({ length: 5001 }, (_, index) => 1 + ((index * seed) % 997) / 1000)
    const { absent, wilcoxon, mannWhitney } = compareValues(many(17), many(31), true)
    expect(Object.keys(absent)).toEqual(['hodgesLehmann', 'shapiro'])
    expect([wilcoxon?.method, mannWhitney?.method]).toEqual(['normal', 'normal'])
  })
})

describe('the regression check', () => {
  const scaledBy = (factor: number) =>
    slow.map((value, index) => factor * value * (1 + 0.01 * ((index * 5) % 3)))

  it.each([
    [0.9, 'passed', 'certified-no-regression'],
    [1.0, 'passed', 'certified-no-regression'],
    [1.1, 'inconclusive', 'too-noisy'],
    [1.5, 'failed', 'certified-regression'],
  ])('of a candidate %f times as slow: %s', (factor, outcome, reason) => {
    for (const paired of [true, false]) {
      const check = checkValues(compareValues(slow, scaledBy(factor), paired), 0.1)
      if (factor !== 1.1) expect(check).toMatchObject({ outcome, reasons: [reason] })
      else expect(check.outcome).not.toBe('passed')
    }
  })

  it.each<[string, readonly number[], readonly number[], boolean]>([
    ['fewer than ten values', slow.slice(0, 9), slow.slice(0, 9).map((value) => value / 2), true],
    ['values that do not vary', Array(20).fill(2), Array(20).fill(1), false],
    ['ratios that do not vary', slow, slow, true],
    ['NaN', slow, [...fast.slice(1), Number.NaN], false],
    ['values below zero', slow, slow.map((value) => -value), false],
    ['zeros', slow, slow.map(() => 0), true],
    ['nothing', [], [], false],
  ])('decides nothing for %s', (_, a, b, paired) => {
    const check = checkValues(compareValues(a, b, paired), 0.1)
    expect(check.outcome).toBe('not-comparable')
    expect(check.problem).not.toBe('')
  })

  it('passes only what is certified or estimated below the limit', () => {
    const values = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), {
      minLength: 10,
      maxLength: 25,
    })
    fc.assert(
      fc.property(values, values, (a, b) => {
        const { look, noise, ...rest } = compareValues(a, b, false)
        const { outcome } = checkValues(
          { ...rest, ...(look && { look }), ...(noise && { noise }) },
          0.1,
        )
        if (outcome === 'passed')
          expect(look!.upper).toBeLessThan(Math.log(noise!.class === 'RED' ? 1.1 : 1.15))
        if (outcome === 'failed')
          expect(look!.lower).toBeGreaterThan(noise!.class === 'RED' ? Math.log(1.1) - 1e-12 : 0)
      }),
      { numRuns: drawn(1000) },
    )
  })
})

function expectSound(value: unknown): void {
  if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
  else if (typeof value === 'object') {
    expect(value).not.toBeNull()
    for (const inner of Object.values(value as object)) expectSound(inner)
  } else expect(value).toBeDefined()
}
