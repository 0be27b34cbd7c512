import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Budget } from '../../../harness/contract.js'
import { assessWorkload } from '../../../harness/verdict/assess.js'
import { budgetValues, estimateBudget } from '../../../harness/verdict/budget-values.js'
import { certifiableMean } from '../../../harness/verdict/criteria/budget.js'
import { type Rule, ruleOf } from '../../../harness/verdict/criteria.js'
import { boundsAt } from '../../../harness/verdict/look.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { warningsOf } from '../../../harness/verdict/warnings.js'
import { planWith, randomFrom, roundsFrom } from './simulated-evidence.js'

const flat = (n: number) => roundsFrom(Array(n).fill(100), Array(n).fill(100))
const ruleFor = (criterion: Budget, change: Partial<Rule> = {}): Rule => ({
  ...ruleOf(planWith({ criterion }), 'grid-search'),
  ...change,
})

/** Rounds whose candidate counts these values of `queue.length`, and whose baseline counts none. */
function counting(values: readonly number[]): Round[] {
  return flat(values.length).map(({ pair, runs }, index) => ({
    pair,
    runs: {
      ...runs,
      candidate: { ...runs.candidate!, counters: { 'queue.length': values[index]! } },
    },
  }))
}

const assessed = (values: readonly number[], criterion: Budget) =>
  assessWorkload(counting(values), ruleFor(criterion))
const atMost = (limit: number): Budget => ({
  kind: 'budget',
  counter: 'queue.length',
  atMost: limit,
})
const atLeast = (limit: number): Budget => ({
  kind: 'budget',
  counter: 'queue.length',
  atLeast: limit,
})

describe('the values of a budget', () => {
  const [round] = flat(1)
  const with_ = (counters: Record<string, number>, change: object = {}): Round[] => [
    {
      pair: 1,
      runs: { ...round!.runs, candidate: { ...round!.runs.candidate!, ...change, counters } },
    },
  ]

  it('are a counter of the candidate, or a measured value of every run', () => {
    expect(budgetValues(with_({ 'bundle.opens': 7 }), 'bundle.opens')).toEqual([7])
    expect(budgetValues(with_({}), 'wallMs')).toEqual([100])
    expect(budgetValues(with_({}), 'heapBytes')).toEqual([9_123_456])
  })

  it('are the measured time, even if a counter has the same name', () => {
    expect(budgetValues(with_({ wallMs: 1 }), 'wallMs')).toEqual([100])
  })

  it('are hit rates where hits and misses are counted', () => {
    expect(budgetValues(with_({ 'cache.hits': 3, 'cache.misses': 1 }), 'cache.hitRate')).toEqual([
      0.75,
    ])
    expect(
      budgetValues(
        with_({ 'cache.hitRate': 0.5, 'cache.hits': 3, 'cache.misses': 1 }),
        'cache.hitRate',
      ),
    ).toEqual([0.5])
  })

  it.each([
    ['a counter that was not counted', {}, 'queue.length'],
    ['an inherited name', {}, 'toString'],
    ['a rate without misses', { 'cache.hits': 3 }, 'cache.hitRate'],
    ['the rate of an unused cache', { 'cache.hits': 0, 'cache.misses': 0 }, 'cache.hitRate'],
    [
      'a rate with more hits than lookups',
      { 'cache.hits': 5, 'cache.misses': -4 },
      'cache.hitRate',
    ],
    [
      'a rate below zero',
      { 'cache.hitRate': -1, 'cache.hits': 3, 'cache.misses': 0 },
      'cache.hitRate',
    ],
    ['a counter that ran over', { 'queue.length': -(2 ** 31) }, 'queue.length'],
    ['a counter that is not a number', { 'queue.length': Number.NaN }, 'queue.length'],
    ['a counter without an end', { 'queue.length': Number.POSITIVE_INFINITY }, 'queue.length'],
  ])('is absent: %s', (_, counters, counter) => {
    expect(budgetValues(with_(counters), counter)).toBeUndefined()
  })

  it.each(['peakRssBytes', 'heapBytes', 'coldWallMs'] as const)(
    'are absent where the host does not report %s, or reports zero',
    (own) => {
      for (const value of [undefined, 0, -1, Number.NaN])
        expect(budgetValues(with_({}, { [own]: value }), own)).toBeUndefined()
    },
  )
})

describe('a budget', () => {
  const random = randomFrom(3)
  const around = (mean: number, sd: number, n = 40) =>
    Array.from({ length: n }, () => mean + sd * random.normal())

  it('is kept, exceeded or undecided by the bounds of the mean', () => {
    expect(assessed(around(50, 1), atMost(52))).toMatchObject({
      outcome: 'accepted',
      reasons: ['certified-within-budget'],
    })
    expect(assessed(around(50, 1), atMost(48))).toMatchObject({
      outcome: 'rejected',
      reasons: ['certified-outside-budget'],
    })
    expect(assessed(around(50, 1), atLeast(48)).outcome).toBe('accepted')
    expect(assessed(around(50, 1), atLeast(52)).outcome).toBe('rejected')
    const wild = Array.from({ length: 40 }, (_, index) => 1000 * (index % 2))
    expect(assessed(wild, atMost(501))).toMatchObject({
      outcome: 'inconclusive',
      reasons: ['too-noisy'],
    })
  })

  it('is bounded by t with n − 1 degrees of freedom at the level of the look', () => {
    const values = [48, 52, 50, 47, 53, 49, 51, 50, 46, 54]
    const bounds = boundsAt(counting(values), 0, ruleFor(atMost(60), { looks: [10], fixed: true }))!
    // mean 50, s² = 60/9, t⁻¹(0.975, 9) = 2.2621571628
    expect(bounds).toMatchObject({ pairs: 10, m: 50, df: 9 })
    expect(bounds.se).toBeCloseTo(Math.sqrt(60 / 9 / 10), 12)
    expect(bounds.upper).toBeCloseTo(50 + 2.2621571628 * Math.sqrt(60 / 90), 7)
    expect(certifiableMean(atMost(60), bounds)).toBeCloseTo(
      60 - (2.2621571628 + 0.8834038597) * Math.sqrt(60 / 90),
      7,
    )
    expect(certifiableMean(atLeast(40), bounds)).toBeCloseTo(
      40 + (2.2621571628 + 0.8834038597) * Math.sqrt(60 / 90),
      7,
    )
  })

  it('compares the value itself where it does not vary, without rounding in its favour', () => {
    const third = 0.1 + 0.2
    expect(assessed(Array(10).fill(third), atMost(third)).outcome).toBe('accepted')
    expect(assessed(Array(10).fill(third), atMost(0.3)).outcome).toBe('rejected')
    expect(assessed(Array(10).fill(0), atMost(0)).outcome).toBe('accepted')
    expect(estimateBudget(Array(10).fill(third))).toMatchObject({ m: third, se: 0 })
  })

  it('detects variation down to 1e-30, and does not count smaller or larger values', () => {
    const scaled = (scale: number) => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((value) => value * scale)
    expect(estimateBudget(scaled(1e-30)).se).toBeGreaterThan(0)
    expect(assessed(scaled(1e-30), atMost(6e-30)).outcome).not.toBe('accepted')
    for (const scale of [1e-300, 1e300]) {
      expect(budgetValues(counting(scaled(scale)), 'queue.length')).toBeUndefined()
      expect(assessed(scaled(scale), atMost(6 * scale)).outcome).not.toBe('accepted')
    }
  })

  it('trims nothing: a single run with a full queue counts', () => {
    expect(assessed([...Array(9).fill(10), 5000], atMost(100)).outcome).not.toBe('accepted')
  })

  it('is never accepted where one run lacks the counter, and measuring ends', () => {
    const rounds = counting(Array(10).fill(1))
    const [first, ...rest] = rounds
    const uncounted: Round = {
      pair: 1,
      runs: { ...first!.runs, candidate: { ...first!.runs.candidate!, counters: {} } },
    }
    const assessment = assessWorkload([uncounted, ...rest], ruleFor(atMost(100)))
    expect(assessment).toMatchObject({
      outcome: 'inconclusive',
      reasons: ['counter-missing'],
      looks: [],
    })
    expect(assessment.rounds).toHaveLength(10)
    expect(assessWorkload([uncounted], ruleFor(atMost(100))).outcome).toBe('continue')
  })

  it('ignores disagreeing clocks and noise between the arms', () => {
    const rounds = counting(Array(40).fill(1)).map(({ pair, runs }, index) => ({
      pair,
      runs: {
        ...runs,
        candidate: { ...runs.candidate!, cpuMs: index % 2 === 0 ? 20 : 300, wallMs: 400 + index },
      },
    }))
    const rule = ruleFor(atMost(2))
    expect(assessWorkload(rounds, rule).outcome).toBe('accepted')
    expect(assessWorkload(rounds, { ...rule, calibrationFailed: true })).toMatchObject({
      outcome: 'inconclusive',
      reasons: ['calibration-failed'],
    })
    const unknown = rounds.map(({ pair, runs }) => ({
      pair,
      runs: { ...runs, candidate: { ...runs.candidate!, peakRssBytes: undefined } },
    }))
    expect(assessWorkload(unknown, { ...rule, memory: 'blocking' }).reasons).toEqual([
      'memory-unmeasured',
    ])
  })

  it('gets a warning where its values drift', () => {
    const drift = Array.from({ length: 20 }, (_, index) => 10 + index)
    const rule = ruleFor(atMost(1000), { looks: [20], fixed: true })
    const { looks } = assessWorkload(counting(drift), rule)
    expect(looks[0]!.seUsed / looks[0]!.se).toBeCloseTo(2, 10)
    expect(warningsOf(counting(drift), looks, rule).map(({ code }) => code)).toEqual([
      'autocorrelated',
    ])
  })

  it('never accepts a mean beyond its limit', () => {
    const value = fc.double({ min: 0, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(fc.array(value, { minLength: 10, maxLength: 10 }), value, (values, limit) => {
        const { m } = estimateBudget(values)
        if (assessed(values, atMost(limit)).outcome === 'accepted')
          expect(m).toBeLessThanOrEqual(limit)
        if (assessed(values, atLeast(limit)).outcome === 'accepted')
          expect(m).toBeGreaterThanOrEqual(limit)
      }),
      { numRuns: 1000 },
    )
  })
})
