import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Criterion } from '../../../harness/contract.js'
import type { Outcome, Position } from '../../../harness/verdict/criteria/criterion-kind.js'
import { judgeCriterion } from '../../../harness/verdict/criteria.js'

/** An estimate and the half width of its bounds. */
const at = (m: number, half: number, last = false): Position => ({
  m,
  lower: m - half,
  upper: m + half,
  last,
  tolerance: 0,
})

const E = Math.log(1.02)
const N = Math.log(1.3)

describe('equivalence within 2 %', () => {
  const within: Criterion = { kind: 'equivalence', within: 0.02 }
  it.each([
    ['both bounds inside', at(0.001, E - 0.001), 'accepted', 'certified-equivalence'],
    ['both bounds on the margins', at(0, E), 'accepted', 'certified-equivalence'],
    ['certainly slower', at(E + 0.02, 0.019), 'rejected', 'certified-difference'],
    ['certainly faster', at(-E - 0.02, 0.019), 'rejected', 'certified-difference'],
    ['one bound outside, pairs left', at(0.001, E), 'continue', undefined],
    ['one bound outside, last look', { ...at(0.001, E), last: true }, 'inconclusive', 'too-noisy'],
    [
      'far outside by the estimate alone, last look',
      at(2 * E, 2 * E, true),
      'inconclusive',
      'too-noisy',
    ],
  ] as const)('%s', (_, position, outcome, reason) => {
    expect(judgeCriterion(position, within)).toEqual({
      outcome,
      certified: outcome === 'accepted' || outcome === 'rejected',
      ...(reason && { reason }),
    })
  })

  it('gives the same outcome with the arms swapped', () => {
    fc.assert(
      fc.property(positions(), ({ m, lower, upper, last, tolerance }) => {
        const mirrored = { m: -m, lower: -upper, upper: -lower, last, tolerance }
        expect(judgeCriterion(mirrored, within)).toEqual(
          judgeCriterion({ m, lower, upper, last, tolerance }, within),
        )
      }),
      { numRuns: 1000 },
    )
  })
})

describe('non-inferiority by 30 %', () => {
  it.each([
    ['certified below the limit', at(N - 0.02, 0.019), 'accepted', 'certified-non-inferiority'],
    [
      'the upper bound on the limit',
      { ...at(0, 0), upper: N, last: true },
      'inconclusive',
      'too-noisy',
    ],
    [
      'the lower bound on the limit',
      { ...at(0, 0), m: N, lower: N, upper: N + 0.1 },
      'rejected',
      'certified-inferiority',
    ],
    [
      'a good estimate with a wide bound, last look',
      at(0, N + 0.01, true),
      'inconclusive',
      'too-noisy',
    ],
    ['a bad estimate in doubt, last look', at(N + 0.01, 0.02, true), 'inconclusive', 'too-noisy'],
    ['open while pairs are left', at(N, 0.01), 'continue', undefined],
  ] as const)('%s', (_, position, outcome, reason) => {
    expect(judgeCriterion(position, { kind: 'non-inferiority', atMost: 0.3 })).toMatchObject({
      outcome,
      ...(reason && { reason }),
    })
  })

  it('is the gate without its decisions by estimate', () => {
    fc.assert(
      fc.property(
        positions(),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (position, atMost) => {
          const gate = judgeCriterion(position, { kind: 'regression', atMost })
          const strict = judgeCriterion(position, { kind: 'non-inferiority', atMost })
          expect(strict.outcome).toBe(
            gate.certified ? gate.outcome : position.last ? 'inconclusive' : 'continue',
          )
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('a budget', () => {
  const hits: Criterion = { kind: 'budget', counter: 'cache.hitRate', atLeast: 0.6 }
  const open: Criterion = { kind: 'budget', counter: 'wallMs', atMost: 50 }
  it.each([
    ['a rate bounded from below', hits, at(0.65, 0.05), 'accepted', 'certified-within-budget'],
    ['a rate that cannot reach it', hits, at(0.55, 0.04), 'rejected', 'certified-outside-budget'],
    ['a rate in doubt, last look', hits, at(0.65, 0.06, true), 'inconclusive', 'too-noisy'],
    ['a time bounded from above', open, at(48, 2), 'accepted', 'certified-within-budget'],
    ['a time beyond it', open, at(53, 2), 'rejected', 'certified-outside-budget'],
    ['a time in doubt, pairs left', open, at(49, 2), 'continue', undefined],
    [
      'exactly the limit, without variation',
      open,
      at(50, 0),
      'accepted',
      'certified-within-budget',
    ],
  ] as const)('%s', (_, criterion, position, outcome, reason) => {
    expect(judgeCriterion(position, criterion)).toMatchObject({
      outcome,
      ...(reason && { reason }),
    })
  })

  it('gives the same outcome for mirrored limits and values', () => {
    fc.assert(
      fc.property(
        positions(),
        fc.double({ min: -1, max: 1, noNaN: true }),
        ({ m, lower, upper, last, tolerance }, limit) => {
          const mirrored = { m: -m, lower: -upper, upper: -lower, last, tolerance }
          expect(
            judgeCriterion(mirrored, { kind: 'budget', counter: 'x', atLeast: -limit }),
          ).toEqual(
            judgeCriterion(
              { m, lower, upper, last, tolerance },
              { kind: 'budget', counter: 'x', atMost: limit },
            ),
          )
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('every criterion', () => {
  it('accepts nothing that its own bounds exclude, and rejects nothing that they prove', () => {
    fc.assert(
      fc.property(positions(), criteria(), (position, criterion) => {
        const { outcome } = judgeCriterion(position, criterion)
        if (outcome === 'accepted')
          expect(met(position.m, criterion), 'the estimate itself').toBe(true)
        if (outcome === 'rejected')
          expect(met(position.m, criterion), 'the estimate itself').toBe(false)
      }),
      { numRuns: 3000 },
    )
  })

  it('keeps its decision when the bounds get narrower around the same estimate', () => {
    fc.assert(
      fc.property(
        positions(),
        criteria(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (position, criterion, share) => {
          const wide = judgeCriterion(position, criterion)
          if (!wide.certified) return
          const { m, lower, upper } = position
          const narrow = {
            ...position,
            lower: m - share * (m - lower),
            upper: m + share * (upper - m),
          }
          expect(judgeCriterion(narrow, criterion)).toEqual(wide)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('never gets a worse outcome when the candidate gets better', () => {
    const order: readonly Outcome[] = ['rejected', 'inconclusive', 'continue', 'accepted']
    const directed = criteria().filter(({ kind }) => kind !== 'equivalence')
    fc.assert(
      fc.property(
        positions(),
        directed,
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (position, criterion, gain) => {
          const shift = 'atLeast' in criterion && criterion.kind === 'budget' ? gain : -gain
          const better = {
            ...position,
            m: position.m + shift,
            lower: position.lower + shift,
            upper: position.upper + shift,
          }
          const [before, after] = [position, better].map((one) =>
            order.indexOf(judgeCriterion(one, criterion).outcome),
          )
          expect(after).toBeGreaterThanOrEqual(before!)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('decides nothing by bounds that are not numbers or contradict each other', () => {
    const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
    const broken = fc.oneof(
      positions().chain((position) =>
        fc
          .tuple(odd, fc.constantFrom('m', 'lower', 'upper'))
          .map(([bad, key]) => ({ ...position, [key]: bad })),
      ),
      positions()
        .filter(({ lower, upper }) => lower < upper)
        .map(({ lower, upper, ...rest }) => ({ ...rest, lower: upper, upper: lower })),
    )
    fc.assert(
      fc.property(broken, criteria(), (position, criterion) => {
        expect(['continue', 'inconclusive']).toContain(judgeCriterion(position, criterion).outcome)
      }),
      { numRuns: 1000 },
    )
  })

  it('is inconclusive only at the last look, and never continues after it', () => {
    fc.assert(
      fc.property(positions(), criteria(), (position, criterion) => {
        const { outcome } = judgeCriterion(position, criterion)
        expect(outcome).not.toBe(position.last ? 'continue' : 'inconclusive')
      }),
      { numRuns: 1000 },
    )
  })
})

function positions(): fc.Arbitrary<Position> {
  const log = fc.double({ min: -0.6, max: 0.6, noNaN: true })
  const half = fc.double({ min: 0, max: 0.4, noNaN: true })
  return fc.tuple(log, half, fc.boolean()).map(([m, width, last]) => at(m, width, last))
}

function criteria(): fc.Arbitrary<Criterion> {
  const fraction = fc.double({ min: 0.01, max: 0.5, noNaN: true })
  const limit = fc.double({ min: -0.6, max: 0.6, noNaN: true })
  return fc.oneof(
    fraction.map((atLeast): Criterion => ({ kind: 'improvement', atLeast })),
    fraction.map((atMost): Criterion => ({ kind: 'regression', atMost })),
    fraction.map((within): Criterion => ({ kind: 'equivalence', within })),
    fraction.map((atMost): Criterion => ({ kind: 'non-inferiority', atMost })),
    limit.map((atMost): Criterion => ({ kind: 'budget', counter: 'x', atMost })),
    limit.map((atLeast): Criterion => ({ kind: 'budget', counter: 'x', atLeast })),
  )
}

/** Whether a change, or a mean, would meet a criterion if it were the truth. */
function met(m: number, criterion: Criterion): boolean {
  switch (criterion.kind) {
    case 'improvement':
      return m <= Math.log(1 - criterion.atLeast)
    case 'regression':
    case 'non-inferiority':
      return m < Math.log(1 + criterion.atMost)
    case 'equivalence':
      return Math.abs(m) <= Math.log(1 + criterion.within)
    case 'budget':
      return 'atMost' in criterion ? m <= criterion.atMost : m >= criterion.atLeast
  }
}
