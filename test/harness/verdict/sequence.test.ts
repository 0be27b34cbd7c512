import { fc, it as property } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import { averageChange, multiplyChanges } from '../../../harness/verdict/cumulative.js'
import { followSequence } from '../../../harness/verdict/sequence.js'
import {
  productOf,
  reachedBy,
  returnsOf,
  toLogChange,
} from '../../../harness/verdict/sequence-changes.js'
import { changeOf, DF, sequenceOf } from './sequences.js'

const accepted = { verdict: 'accepted' } as const
const rejected = { verdict: 'rejected' } as const

describe('the order', () => {
  it('is that of the suite, each layer against the accepted ones before it, a standalone one against the pure baseline', () => {
    const begun = [{ id: 'control', standalone: true, ...rejected, gain: 0.01 }]
    expect(followSequence(sequenceOf([...begun, { id: 'a' }, { id: 'b' }]))).toMatchObject({
      stack: [],
      next: { id: 'a' },
    })
    const first = [...begun, { id: 'a', ...accepted, gain: 0.3 }]
    const part = { id: 'a.part', standalone: true }
    expect(followSequence(sequenceOf([...first, part, { id: 'b' }]))).toMatchObject({
      stack: ['a'],
      next: { id: 'a.part' },
    })
    const second = [...first, { ...part, ...accepted, gain: 0.2 }]
    expect(followSequence(sequenceOf([...second, { id: 'b' }]))).toMatchObject({
      stack: ['a'],
      next: { id: 'b' },
    })
    const third = [...second, { id: 'b', ...rejected, gain: 0.04, incumbent: ['a'] }]
    expect(followSequence(sequenceOf([...third, { id: 'c' }]))).toMatchObject({
      stack: ['a'],
      next: { id: 'c' },
    })
    expect(followSequence(sequenceOf(third))).not.toHaveProperty('next')
  })

  it.each([
    ['a step behind a missing one', [{ id: 'a' }, { id: 'b', ...rejected, gain: 0 }]],
    [
      'an incumbent other than the accepted layers',
      [
        { id: 'a', ...accepted, gain: 0.3 },
        { id: 'b', ...rejected, gain: 0.2 },
      ],
    ],
    [
      'an incumbent under a standalone layer',
      [{ id: 'a', standalone: true, ...rejected, gain: 0, incumbent: ['b'] }],
    ],
    [
      'a layer the rules skip',
      [
        { id: 'a', ...accepted, gain: 0.95 },
        { id: 'b', ...rejected, gain: 0, incumbent: ['a'] },
      ],
    ],
  ])('%s is refused', (_, layers) => {
    expect(() => followSequence(sequenceOf(layers))).toThrow(InvalidEvidenceError)
  })
})

describe('the goal', () => {
  const first = { id: 'a', ...accepted, gain: 0.5 }

  it('is met where the lower bound of the stack reaches it; then only parts of evaluated layers are still evaluated', () => {
    const met = { id: 'b', ...accepted, gain: 0.84, cumulative: 0.92, incumbent: ['a'] }
    const rest = [{ id: 'c' }, { id: 'c.part', standalone: true }, { id: 'h', heavy: true }]
    const state = followSequence(
      sequenceOf([first, met, { id: 'b.part', standalone: true, ...rejected, gain: 0 }, ...rest]),
    )
    expect(state).toMatchObject({
      stack: ['a', 'b'],
      stops: [{ after: 'b', reason: 'goal-met' }],
      skipped: { c: 'goal-met', 'c.part': 'whole-not-reached', h: 'heavy-not-needed' },
      heavy: { warranted: false, layers: ['h'] },
    })
    expect(state).not.toHaveProperty('next')
    expect(
      followSequence(sequenceOf([first, met, { id: 'b.part', standalone: true }, ...rest])).next
        ?.id,
    ).toBe('b.part')
  })

  it('is not met by an estimate above it, nor by a layer that was not accepted', () => {
    const wide = { id: 'b', ...accepted, gain: 0.84, cumulative: 0.91, se: 0.1, incumbent: ['a'] }
    expect(followSequence(sequenceOf([first, wide, { id: 'c' }]))).toMatchObject({
      stops: [],
      next: { id: 'c' },
    })
    const refused = {
      id: 'b',
      verdict: 'inconclusive',
      gain: 0.9,
      cumulative: 0.95,
      incumbent: ['a'],
    } as const
    expect(followSequence(sequenceOf([first, refused, { id: 'c' }]))).toMatchObject({
      stops: [],
      next: { id: 'c' },
    })
  })

  it('has to be met on every target of an accepted layer', () => {
    const [layer] = sequenceOf([{ id: 'a', ...accepted, gain: { spin: 0.95, walk: 0.95 } }]).layers
    const [narrow] = sequenceOf([
      { id: 'b', ...accepted, gain: { spin: 0.5 }, cumulative: 0.97, incumbent: ['a'] },
    ]).layers
    expect(reachedBy([layer!, narrow!])).toBeUndefined()
    const guarded = structuredClone(narrow!) as { step: { workloads: unknown[] } } & typeof narrow
    guarded.step.workloads.push({ id: 'walk', role: 'guard', cumulative: changeOf(0.1, 0.001) })
    expect(reachedBy([layer!, guarded!])!.m).toBeCloseTo((Math.log(0.03) + Math.log(0.9)) / 2, 10)
  })
})

describe('diminishing returns', () => {
  const first = { id: 'a', ...accepted, gain: 0.5 }
  const afterwards = (...gains: readonly (readonly [number | undefined, number])[]) =>
    followSequence(
      sequenceOf([
        first,
        ...gains.map(([gain, se], index) => ({
          id: `b${index}`,
          ...rejected,
          se,
          incumbent: ['a'],
          ...(gain !== undefined && { gain }),
        })),
        { id: 'next' },
      ]),
    )

  it('end the sequence where the last two layers gain less than 2 % together and 4 % are excluded', () => {
    const state = afterwards([0.008, 0.005], [0.007, 0.005])
    expect(state.stops).toMatchObject([
      { after: 'b1', reason: 'diminishing-returns', returns: { layers: ['b0', 'b1'] } },
    ])
    expect(state.stops[0]!.returns!.gain).toBeCloseTo(1 - 0.992 * 0.993, 12)
    expect(state.stops[0]!.returns!.upper90).toBeGreaterThan(state.stops[0]!.returns!.gain)
    expect(state.skipped).toEqual({ next: 'diminishing-returns' })
  })

  it('do not end it where the gain is larger or too uncertain, or where the layer before gained', () => {
    expect(afterwards([0.012, 0.001], [0.012, 0.001]).stops).toEqual([])
    expect(afterwards([0.005, 0.03], [0.005, 0.03]).stops).toEqual([])
    expect(afterwards([0.001, 0.001]).stops).toEqual([])
  })

  it('count the loss of a layer that was not accepted as a gain of 0', () => {
    expect(afterwards([0.03, 0.001], [-0.5, 0.001]).stops).toEqual([])
    expect(afterwards([0.01, 0.001], [-0.5, 0.001]).stops).toHaveLength(1)
  })

  it('are judged by measured layers only: one that is not equivalent does not count', () => {
    expect(afterwards([undefined, 0], [undefined, 0]).stops).toEqual([])
    expect(afterwards([0.001, 0.001], [undefined, 0]).stops).toEqual([])
    expect(afterwards([0.001, 0.001], [undefined, 0], [0.001, 0.001]).stops).toMatchObject([
      { after: 'b2' },
    ])
  })

  it('do not skip the heavy layers, and end them by their own steps', () => {
    const ended = [
      first,
      { id: 'b', ...rejected, gain: 0, incumbent: ['a'] },
      { id: 'c', ...rejected, gain: 0, incumbent: ['a'] },
    ]
    const heavy = (id: string) => ({ id, heavy: true, ...rejected, gain: 0, incumbent: ['a'] })
    const begun = followSequence(sequenceOf([...ended, { id: 'd' }, { id: 'h', heavy: true }]))
    expect(begun).toMatchObject({
      next: { id: 'h' },
      skipped: { d: 'diminishing-returns' },
      heavy: { warranted: true, layers: ['h'] },
    })
    expect(begun.heavy!.reached!.improvement).toBeCloseTo(0.5, 12)
    const layers = [...ended, heavy('h'), heavy('i'), { id: 'j', heavy: true }]
    expect(followSequence(sequenceOf(layers))).toMatchObject({
      stops: [{ after: 'c' }, { after: 'i', reason: 'diminishing-returns' }],
      skipped: { j: 'diminishing-returns' },
    })
  })

  property.prop(
    [
      fc.array(
        fc.record({
          gain: fc.double({ min: -0.5, max: 0.9, noNaN: true }),
          se: fc.double({ min: 1e-6, max: 0.2, noNaN: true }),
        }),
        {
          minLength: 2,
          maxLength: 6,
        },
      ),
    ],
    { numRuns: 1000 },
  )('only where both bounds say so, and never by a wider interval', (steps) => {
    const layers = (factor: number) =>
      sequenceOf(
        steps.map(({ gain, se }, index) => ({
          id: `b${index}`,
          ...rejected,
          gain,
          se: se * factor,
        })),
      ).layers
    const narrow = returnsOf(layers(1))!
    const wide = returnsOf(layers(2))!
    expect(narrow.upper90).toBeGreaterThan(narrow.gain)
    expect(wide.gain).toBeCloseTo(narrow.gain, 10)
    expect(wide.upper90).toBeGreaterThan(narrow.upper90)
    expect(narrow.gain).toBeGreaterThanOrEqual(-1e-12)
  })
})

describe('heavy layers', () => {
  it('are warranted where no layer was accepted, and where the goal is not certified', () => {
    expect(followSequence(sequenceOf([{ id: 'a', ...rejected, gain: 0.01 }])).heavy).toEqual({
      warranted: true,
      layers: [],
    })
    const wide = [{ id: 'a', ...accepted, gain: 0.91, se: 0.1 }]
    expect(followSequence(sequenceOf(wide)).heavy).toMatchObject({
      warranted: true,
      reached: { improvement: expect.closeTo(0.91, 10) },
    })
  })

  it('are not decided while ordinary layers are left', () => {
    expect(
      followSequence(sequenceOf([{ id: 'a', ...rejected, gain: 0.01 }, { id: 'b' }])),
    ).not.toHaveProperty('heavy')
  })
})

describe('the product of the layers', () => {
  const change = fc.record({
    m: fc.double({ min: -2, max: 0.5, noNaN: true }),
    se: fc.double({ min: 1e-4, max: 0.2, noNaN: true }),
    df: fc.integer({ min: 5, max: 60 }),
  })

  property.prop([fc.array(change, { minLength: 1, maxLength: 6 })], { numRuns: 1000 })(
    'multiplies ratios and adds variances, in any order, with at most the degrees of freedom of all',
    (changes) => {
      const product = multiplyChanges(changes)
      expect(Math.exp(product.m)).toBeCloseTo(
        changes.reduce((ratio, { m }) => ratio * Math.exp(m), 1),
        8,
      )
      expect(product.se ** 2).toBeCloseTo(
        changes.reduce((sum, { se }) => sum + se * se, 0),
        12,
      )
      const back = multiplyChanges([...changes].reverse())
      expect(back.m).toBeCloseTo(product.m, 10)
      expect(product.df).toBeGreaterThanOrEqual(Math.min(...changes.map(({ df }) => df)) - 1e-9)
      expect(product.df).toBeLessThanOrEqual(changes.reduce((sum, { df }) => sum + df, 0) + 1e-9)
      const average = averageChange(changes)
      expect(average.m * changes.length).toBeCloseTo(product.m, 10)
      expect(average.se * changes.length).toBeCloseTo(product.se, 10)
    },
  )

  property.prop(
    [
      fc.double({ min: -3, max: 0.99, noNaN: true }),
      fc.double({ min: 1e-5, max: 0.3, noNaN: true }),
    ],
    {
      numRuns: 1000,
    },
  )(
    'starts from the records: estimate, interval and df give back mean and standard error',
    (improvement, se) => {
      const { m, se: found } = toLogChange(changeOf(improvement, se))
      expect(m).toBeCloseTo(Math.log1p(-improvement), 12)
      expect(found / se).toBeCloseTo(1, 6)
      expect(toLogChange(changeOf(improvement, 0))).toEqual({ m, se: 0, df: DF })
    },
  )

  it('is that of each workload, averaged: 50 % and then 50 % are 75 %', () => {
    const { layers } = sequenceOf([
      { id: 'a', ...accepted, gain: { spin: 0.5, walk: 0.5 } },
      { id: 'b', ...accepted, gain: { spin: 0.5, walk: 0 }, incumbent: ['a'] },
    ])
    expect(1 - Math.exp(productOf(layers.slice(0, 1))!.m)).toBeCloseTo(0.5, 12)
    expect(1 - Math.exp(productOf(layers)!.m)).toBeCloseTo(1 - Math.sqrt(0.25 * 0.5), 12)
    expect(productOf([])).toBeUndefined()
  })
})
