import { fc, it as property } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { BudgetTooShort, looksThatFit, timeFor } from '../../../harness/evaluation/time-budget.js'

const LOOKS = [10, 20, 30, 40]

describe('the looks that fit into a time', () => {
  // (time left − 2 s for the record) × 0.8 is for pairs.
  it.each([
    [60_000, 1000, [10, 20, 30, 40]],
    [52_000, 1000, [10, 20, 30, 40]],
    [51_999, 1000, [10, 20, 30]],
    [27_000, 1000, [10, 20]],
    [14_500, 1000, [10]],
    [14_499, 1000, []],
    [0, 1, []],
  ])('%d ms at %d ms per pair: %j', (leftMs, pairMs, looks) => {
    expect(looksThatFit({ looks: LOOKS, pairMs, leftMs })).toEqual(looks)
  })

  const times = fc.record({
    leftMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
    pairMs: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
    looks: fc
      .uniqueArray(fc.integer({ min: 10, max: 1000 }), { minLength: 1, maxLength: 8 })
      .map((looks) => looks.sort((a, b) => a - b)),
  })

  property.prop([times], { numRuns: 1000 })('are the first of those offered', (affordable) => {
    const fitting = looksThatFit(affordable)
    expect(fitting).toEqual(affordable.looks.slice(0, fitting.length))
  })

  property.prop([times], { numRuns: 1000 })(
    'fit with time to spare, and no more would',
    (given) => {
      const { looks, pairMs, leftMs } = given
      const fitting = looksThatFit(given)
      const next = looks[fitting.length]
      if (fitting.length > 0)
        expect(timeFor(fitting.at(-1)!, pairMs)).toBeLessThanOrEqual(leftMs * (1 + 1e-9) + 1e-6)
      if (next !== undefined) expect(timeFor(next, pairMs)).toBeGreaterThan(leftMs * (1 - 1e-9))
    },
  )

  property.prop([times, fc.double({ min: 1, max: 10, noNaN: true })], { numRuns: 1000 })(
    'are never fewer with more time, and never more with slower pairs',
    (given, factor) => {
      const { leftMs, pairMs } = given
      const count = looksThatFit(given).length
      expect(looksThatFit({ ...given, leftMs: leftMs * factor }).length).toBeGreaterThanOrEqual(
        count,
      )
      expect(looksThatFit({ ...given, pairMs: pairMs * factor }).length).toBeLessThanOrEqual(count)
    },
  )
})

describe('a time that does not suffice', () => {
  it('is inconclusive: exit 3, with the time that is needed', () => {
    const error = new BudgetTooShort(12_000)
    expect(error).toMatchObject({ exitCode: 3, neededMs: 12_000 })
    expect(error.message).toContain('--budget')
  })
})
