import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  categorical,
  continuous,
  type Dimension,
  discrete,
  EngineError,
  METHODS,
  type MethodName,
  makeSampler,
  type ParameterSpace,
  type Parameters,
  type Proposal,
  parameterSpace,
  restoreSampler,
  type Sampler,
} from '../../../engine/index.js'
import { valuesOf } from '../../../engine/search/parameter-space.js'

/** Spaces of every kind of dimension, with and without a constraint. */
const SPACES: Readonly<Record<string, ParameterSpace>> = {
  interval: parameterSpace({ x: continuous(-2, 3, 5) }),
  intervals: parameterSpace({
    x: continuous(-2, 3, 4),
    y: continuous(0.001, 10, 4, 'logarithmic'),
    z: continuous(5, 5, 3),
  }),
  steps: parameterSpace({ fast: discrete(2, 60), slow: discrete(10, 200, 5) }),
  ordered: parameterSpace(
    { fast: discrete(2, 60), slow: discrete(10, 200), fee: discrete(0.1, 0.5, 0.1) },
    ({ fast, slow }) => Number(fast) < Number(slow),
  ),
  mixed: parameterSpace(
    {
      kind: categorical('sma', 'ema', 7),
      days: discrete(1, 1000, 1, 'logarithmic'),
      share: continuous(0, 1, 3),
    },
    ({ kind, share }) => kind !== 'ema' || Number(share) <= 0.5,
  ),
  small: parameterSpace({ a: categorical('x', 'y'), b: discrete(1, 7) }, ({ b }) => b !== 4),
}

/** The score of a point: smooth in every number, and different for each text. */
function scoreOf(parameters: Parameters): number {
  return -Object.values(parameters).reduce<number>(
    (sum, value, i) =>
      sum + (typeof value === 'number' ? Math.abs(Math.log1p(Math.abs(value)) - 1 - i / 4) : 0.3),
    0,
  )
}

function answerTo({ id, parameters }: Proposal): Answer {
  if (id % 7 === 3) return { id }
  const score = id % 11 === 5 ? Number.NaN : scoreOf(parameters)
  return { id, score, ...(id % 5 === 2 && { violation: 0.5 }) }
}

/** Asks and answers in batches until `count` points or none. */
function run(sampler: Sampler, count: number, batch: number): Proposal[] {
  const proposals: Proposal[] = []
  while (proposals.length < count) {
    const asked = sampler.ask(Math.min(batch, count - proposals.length))
    if (asked.length === 0) break
    proposals.push(...asked)
    sampler.tell(asked.map(answerTo))
  }
  return proposals
}

function insideOf(dimension: Dimension): (value: unknown) => boolean {
  if (dimension.kind !== 'continuous') {
    const values = new Set<unknown>(valuesOf(dimension))
    return (value) => values.has(value)
  }
  const { from, to } = dimension
  return (value) => typeof value === 'number' && value >= from && value <= to
}

/** A point at a fidelity. */
const textOf = ({ parameters, fidelity = 1 }: Proposal) => JSON.stringify([parameters, fidelity])

const METHOD_AND_SPACE = METHODS.flatMap((method) =>
  Object.entries(SPACES).map(([name, space]) => ({ method, name, space })),
)

describe('every sampler', () => {
  it.each(METHOD_AND_SPACE)('$method proposes points of the space: $name', ({ method, space }) => {
    const inside = Object.entries(space.dimensions).map(([name, dimension]) => ({
      name,
      holds: insideOf(dimension),
    }))
    for (const batch of [1, 5]) {
      const proposals = run(makeSampler(space, method, { seed: 3 }), 60, batch)
      expect(proposals.length).toBeGreaterThan(3)
      expect(proposals.map(({ id }) => id)).toEqual(proposals.map((_, i) => i))
      for (const { parameters, fidelity = 1 } of proposals) {
        expect(Object.keys(parameters)).toEqual(Object.keys(space.dimensions))
        expect(inside.filter(({ name, holds }) => !holds(parameters[name]))).toEqual([])
        expect(space.constraints.every((holds) => holds(parameters))).toBe(true)
        expect(fidelity > 0 && fidelity <= 1).toBe(true)
      }
    }
  })

  it.each(METHOD_AND_SPACE)('$method depends on the seed alone: $name', ({ method, space }) => {
    const points = (seed: number) => run(makeSampler(space, method, { seed }), 40, 4)
    expect(points(9)).toEqual(points(9))
    if (method !== 'grid') expect(points(9)).not.toEqual(points(10))
  })

  it.each(METHOD_AND_SPACE)(
    '$method continues from a state at any cut: $name',
    ({ method, space }) => {
      fc.assert(
        fc.property(
          fc.nat({ max: 45 }),
          fc.integer({ min: 1, max: 6 }),
          fc.nat(),
          (cut, batch, seed) => {
            const whole = makeSampler(space, method, { seed })
            const before = run(whole, cut, batch)
            const waiting = whole.ask(2)
            const saved = JSON.stringify(whole.state())
            const restored = restoreSampler(space, JSON.parse(saved))
            expect(JSON.stringify(restored.state())).toBe(saved)
            const rest = [whole, restored].map((sampler) => {
              sampler.tell(waiting.map(answerTo))
              return run(sampler, 30, batch)
            })
            expect(rest[1]).toEqual(rest[0])
            expect(new Set([...before, ...waiting].map(({ id }) => id)).size).toBe(
              before.length + waiting.length,
            )
          },
        ),
        { numRuns: 12 },
      )
    },
  )

  it.each(METHODS)('%s learns the same from answers in another order', (method) => {
    const points = (reversed: boolean) => {
      const sampler = makeSampler(SPACES.mixed!, method, { seed: 4 })
      return Array.from({ length: 8 }, () => {
        const asked = sampler.ask(6)
        const answers = asked.map(answerTo)
        sampler.tell(reversed ? answers.reverse() : answers)
        return asked
      })
    }
    expect(points(true)).toEqual(points(false))
  })

  it.each(METHODS)('%s proposes every point of a finite space once, then none', (method) => {
    const space = SPACES.small!
    for (const seed of [1, 2, 3]) {
      const proposals = run(makeSampler(space, method, { seed }), 1000, 3)
      const texts = proposals.map(textOf)
      expect(new Set(texts).size).toBe(texts.length)
      if (proposals.every(({ fidelity }) => fidelity === undefined)) expect(texts.length).toBe(12)
    }
  })

  it.each(METHODS)('%s ends at a constraint that no point satisfies', (method) => {
    const never = () => false
    for (const space of [
      parameterSpace({ a: discrete(1, 9), b: categorical('x', 'y') }, never),
      parameterSpace({ a: continuous(0, 1, 3) }, never),
    ])
      expect(() => makeSampler(space, method).ask(1)).toThrow(/satisfies the constraints/)
  })

  it.each(METHODS)('%s refuses answers that make no sense, and counts none of them', (method) => {
    const sampler = makeSampler(SPACES.intervals!, method)
    const [first, second] = sampler.ask(2)
    const before = JSON.stringify(sampler.state())
    for (const wrong of [
      [{ id: 99, score: 1 }],
      [{ id: first!.id, score: 1, violation: -1 }],
      [
        { id: first!.id, score: 1 },
        { id: first!.id, score: 2 },
      ],
      [{ id: second?.id ?? 5, violation: Number.NaN }],
    ])
      expect(() => sampler.tell(wrong)).toThrow(EngineError)
    expect(JSON.stringify(sampler.state())).toBe(before)
    sampler.tell([{ id: first!.id, score: 1 }])
    expect(() => sampler.tell([{ id: first!.id, score: 1 }])).toThrow(/answered already/)
    expect(() => sampler.ask(-1)).toThrow(/whole number/)
  })

  it('is refused with a wrong method, seed, fidelity or space', () => {
    const space = SPACES.small!
    expect(() => makeSampler(space, 'magic' as MethodName)).toThrow(/method 'magic'; give one of/)
    for (const seed of [-1, 0.5, 2 ** 53])
      expect(() => makeSampler(space, 'random', { seed })).toThrow(/seed/)
    for (const fidelity of [{ least: 0 }, { least: 2 }, { reduction: 1 }])
      expect(() => makeSampler(space, 'random', { fidelity })).toThrow(EngineError)
    const state = makeSampler(space, 'random').state()
    expect(() => restoreSampler(SPACES.steps!, state)).toThrow(/restore it with its own space/)
    expect(() => restoreSampler(space, { ...state, method: 'x' })).toThrow(/method 'x'/)
  })
})
