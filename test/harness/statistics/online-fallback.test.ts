import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { fallbackLevel, leftAfter, spentBy } from '../../../harness/statistics/online-fallback.js'

/** The levels by the recursion of the paper: α(k) = α γ(k) + R(k − 1) α(k − 1). */
function levelsBy(budget: number, rejected: readonly boolean[]): number[] {
  const levels: number[] = []
  for (const [index] of rejected.entries()) {
    const share = budget / ((index + 1) * (index + 2))
    levels.push(share + (rejected[index - 1] ? levels[index - 1]! : 0))
  }
  return levels
}

/** The newest test before this one, both from 1, that did not reject. */
const before = (rejected: readonly boolean[], test: number) =>
  rejected.slice(0, test - 1).lastIndexOf(false) + 1

const sum = (values: readonly number[]) => values.reduce((so, value) => so + value, 0)

describe('levels by online fallback', () => {
  it('without a rejection are those of alpha-spending: 2.5 %, 0.83 %, 0.42 %, 0.25 % of 5 %', () => {
    const levels = [1, 2, 3, 4].map((k) => fallbackLevel(0.05, k, k - 1))
    expect(levels.map((level) => Number((100 * level).toFixed(4)))).toEqual([
      2.5, 0.8333, 0.4167, 0.25,
    ])
  })

  it('return after a rejection: all rejected, the k-th has k / (k + 1) of the budget', () => {
    expect(fallbackLevel(0.05, 1, 0)).toBe(0.025)
    expect(fallbackLevel(0.05, 4, 0)).toBeCloseTo(0.04, 15)
    expect(fallbackLevel(0.05, 999, 0)).toBeLessThan(0.05)
  })

  it('spend and leave the whole budget, however many tests there are', () => {
    expect([spentBy(0.05, 0), leftAfter(0.05, 0)]).toEqual([0, 0.05])
    expect(spentBy(0.05, 4)).toBeCloseTo(0.04, 15)
    expect(leftAfter(0.05, 4)).toBeCloseTo(0.01, 15)
    expect(spentBy(0.05, 1e9)).toBeLessThan(0.05)
  })

  test.prop([
    fc.array(fc.boolean(), { minLength: 1, maxLength: 80 }),
    fc.double({ min: 0.001, max: 0.5, noNaN: true }),
  ])(
    'are those of the recursion, and what did not reject has spent its levels',
    (rejected, budget) => {
      const levels = levelsBy(budget, rejected)
      for (const [index, level] of levels.entries()) {
        const test = index + 1
        expect(fallbackLevel(budget, test, before(rejected, test))).toBeCloseTo(level, 12)
      }
      const spent = sum(levels.filter((_, index) => !rejected[index]))
      const newest = rejected.lastIndexOf(false) + 1
      expect(spentBy(budget, newest)).toBeCloseTo(spent, 12)
      expect(spentBy(budget, newest) + leftAfter(budget, newest)).toBeCloseTo(budget, 12)
    },
  )

  test.prop([
    fc.array(fc.record({ isNull: fc.boolean(), found: fc.boolean() }), { maxLength: 80 }),
  ])(
    'of all nulls up to the first one that is rejected wrongly add up to at most the budget',
    (tests) => {
      const rejected = tests.map(({ isNull, found }) => !isNull && found)
      const levels = levelsBy(0.05, rejected)
      expect(sum(levels.filter((_, index) => tests[index]!.isNull))).toBeLessThan(0.05)
    },
  )
})
