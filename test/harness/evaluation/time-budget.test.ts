import { fc, it as property } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { BudgetTooShort, looksThatFit, timeFor } from '../../../harness/evaluation/time-budget.js'
import { groupSequentialBoundaries } from '../../../harness/statistics/group-sequential.js'
import { type Random, randomFrom } from '../verdict/simulated-evidence.js'

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

describe('the error of an evaluation within a time', () => {
  const WALKS = 20_000
  // Three standard deviations of a share of 5 % among so many walks.
  const MOST = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / WALKS)

  it.each([1, 2, 3, 4])(
    'with %d planned looks is one in twenty, and less where a deadline comes between them',
    (count) => {
      const looks = LOOKS.slice(0, count)
      const boundaries = groupSequentialBoundaries(looks, 0.05)
      const random = randomFrom(count)
      let [crossed, crossedInTime] = [0, 0]
      for (let walk = 0; walk < WALKS; walk++) {
        // The deadline does not depend on what is measured.
        const reached = Math.floor(random.uniform() * (count + 1))
        const first = firstCrossing(boundaries, random)
        if (first < count) crossed++
        if (first < reached) crossedInTime++
      }
      expect(crossed / WALKS).toBeLessThan(MOST)
      expect(crossed / WALKS).toBeGreaterThan(0.1 - MOST)
      expect(crossedInTime).toBeLessThan(crossed)
    },
  )
})

/**
 * The index of the first look at which a walk without drift crosses its boundary; their number if
 * it never does.
 */
function firstCrossing(
  boundaries: ReturnType<typeof groupSequentialBoundaries>,
  { normal }: Random,
): number {
  let [sum, done] = [0, 0]
  for (const [index, { pairs, z }] of boundaries.entries()) {
    sum += Math.sqrt(pairs - done) * normal()
    done = pairs
    if (sum / Math.sqrt(pairs) >= z) return index
  }
  return boundaries.length
}

describe('a time that does not suffice', () => {
  it('is inconclusive: exit 3, with the time that is needed', () => {
    const error = new BudgetTooShort(12_000)
    expect(error).toMatchObject({ exitCode: 3, neededMs: 12_000 })
    expect(error.message).toContain('--budget')
  })
})
