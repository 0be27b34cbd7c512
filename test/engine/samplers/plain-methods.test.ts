import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  categorical,
  continuous,
  discrete,
  gridPoints,
  makeSampler,
  parameterSpace,
} from '../../../engine/index.js'
import { permuted } from '../../../engine/samplers/random.js'
import { RandomSource, wordsOf } from '../../../engine/samplers/random-source.js'

describe('the grid sampler', () => {
  it('proposes the points of gridPoints, to the bit', () => {
    const space = parameterSpace(
      {
        a: discrete(0.1, 0.5, 0.1),
        b: continuous(-1, 2, 7),
        c: continuous(0.01, 3, 5, 'logarithmic'),
        d: categorical('x', 3),
      },
      ({ a, b }) => Number(a) > Number(b),
    )
    const sampler = makeSampler(space, 'grid')
    const points = [...sampler.ask(17), ...sampler.ask(10_000)].map(({ parameters }) => parameters)
    expect(points).toEqual(gridPoints(space))
    expect(sampler.ask(1)).toEqual([])
  })

  it('spaces the values of a logarithmic interval by equal ratios', () => {
    const points = gridPoints(parameterSpace({ x: continuous(1, 100, 3, 'logarithmic') }))
    expect(points.map(({ x }) => x)).toEqual([1, 10, 100])
    for (const scaled of [continuous(0, 1, 3, 'logarithmic'), discrete(-1, 1, 1, 'logarithmic')])
      expect(() => parameterSpace({ x: scaled })).toThrow(/start above zero/)
    expect(() => parameterSpace({ x: discrete(1, 2, 1, 'cubic' as 'linear') })).toThrow(/scale/)
  })
})

describe('the random sampler', () => {
  it('walks a permutation of a finite space', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.maxSafeNat(), (size, seed) => {
        const order = Array.from({ length: size }, (_, i) => permuted(i, size, seed))
        expect([...order].sort((a, b) => a - b)).toEqual(order.map((_, i) => i))
      }),
      { numRuns: 300 },
    )
  })

  it('starts at each point of a finite space equally often, over seeds', () => {
    const counts = new Array<number>(10).fill(0)
    for (let seed = 0; seed < 10_000; seed++) counts[permuted(0, 10, seed)]!++
    const square = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(square).toBeLessThan(27.9) // 99.9 % of chi-square with 9 degrees of freedom
  })

  it('draws a logarithmic scale evenly by ratio', () => {
    const space = parameterSpace({
      x: continuous(1, 10_000, 2, 'logarithmic'),
      n: discrete(1, 10_000, 1, 'logarithmic'),
    })
    const points = makeSampler(space, 'random').ask(4000)
    for (const name of ['x', 'n']) {
      const below = points.filter(({ parameters }) => Number(parameters[name]) < 100).length
      expect(below / 4000).toBeGreaterThan(0.45)
      expect(below / 4000).toBeLessThan(0.58)
    }
  })
})

describe('the random source', () => {
  it('gives the published words of xoshiro128**', () => {
    // The reference implementation from state 1, 2, 3, 4.
    const source = new RandomSource([1, 2, 3, 4])
    expect([source.word(), source.word(), source.word(), source.word()]).toEqual([
      11520, 0, 5927040, 70819200,
    ])
  })

  it('has uniform numbers and normal numbers of the right moments', () => {
    const source = new RandomSource(wordsOf(7))
    const uniform = Array.from({ length: 100_000 }, () => source.next())
    const normal = Array.from({ length: 100_000 }, () => source.normal())
    const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(0.004)
    expect(Math.abs(mean(normal))).toBeLessThan(0.014)
    expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(0.02)
    expect(uniform.every((x) => x >= 0 && x < 1)).toBe(true)
  })
})
