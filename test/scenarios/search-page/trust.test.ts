import { beforeAll, describe, expect, it } from 'vitest'
import { continuous } from '../../../engine/index.js'
import type { SearchResults } from '../../../scenarios/search/search-results.js'
import { dimensionScale } from '../../../scenarios/search-page/dimension-scale.js'
import { type Neighbourhood, neighbourhoodOf } from '../../../scenarios/search-page/neighbours.js'
import { trustOf } from '../../../scenarios/search-page/trust.js'
import { foundResults } from './found-results.js'

interface Figures {
  readonly deflated?: number
  readonly overfitting?: number
  readonly efficiency?: number
  readonly kept?: number
}

let found: SearchResults
beforeAll(async () => {
  found = await foundResults({ windows: 2 })
})

function judged({ deflated, overfitting, efficiency, kept }: Figures) {
  const { deflatedSharpe, backtestOverfitting, walkForward, ...others } = found
  if (deflatedSharpe?.kind !== 'given' || backtestOverfitting?.kind !== 'given' || !walkForward)
    throw new Error('the search has no figures')
  const around: Neighbourhood | undefined = kept === undefined ? undefined : { count: 4, kept }
  const results: SearchResults = {
    ...others,
    best: { ...others.best, metrics: { ...others.best.metrics, totalReturn: 0.1 } },
    ...(deflated !== undefined && {
      deflatedSharpe: { ...deflatedSharpe, probability: deflated },
    }),
    ...(overfitting !== undefined && {
      backtestOverfitting: { ...backtestOverfitting, probability: overfitting },
    }),
    ...(efficiency !== undefined && { walkForward: { ...walkForward, efficiency } }),
  }
  return trustOf(results, around)
}

describe('the trust in the best trial', () => {
  it.each<[string, Figures]>([
    ['Holds up so far', { deflated: 0.97, overfitting: 0.02, kept: 0.8, efficiency: 0.7 }],
    ['Holds up so far', { deflated: 0.95, overfitting: 0.1 }],
    ['Holds up so far', { deflated: 0.99, overfitting: 0.3, kept: 0.6 }],
    ['Doubtful', { deflated: 0.99 }],
    ['Doubtful', { deflated: 0.99, kept: 0.9, efficiency: -0.1 }],
    ['Doubtful', { deflated: 0.9, overfitting: 0.02, kept: 0.8, efficiency: 0.7 }],
    ['Doubtful', { overfitting: 0.3 }],
    ['Doubtful', { deflated: 0.8, overfitting: 0.6, kept: 0.8 }],
    ['Probably luck', { deflated: 0.5, overfitting: 0.02, kept: 0.8, efficiency: 0.7 }],
    ['Probably luck', { deflated: 0.8, overfitting: 0.5 }],
    ['Probably luck', { deflated: 0.99, overfitting: 0.6, kept: 0, efficiency: 0 }],
    ['Cannot be judged', {}],
  ])('is: %s, for %j', (headline, figures) => {
    const trust = judged(figures)
    expect(trust.headline).toBe(headline)
    expect(trust.sentence).toMatch(/^[A-Z][^.]+\.$/)
    expect(trust.sentence).not.toMatch(/, ,|although \.|undefined/)
  })

  it('names what speaks against it first', () => {
    expect(judged({ deflated: 0.99, kept: -0.1 }).sentence).toBe(
      'It is a peak that stands alone, although luck among as many trials hardly explains it.',
    )
  })
})

describe('the trials around the best', () => {
  const dimensions = { x: continuous(0, 1, 11), y: continuous(0, 1, 11) }
  const trialsOf = (scoreAt: (x: number, y: number) => number) =>
    Array.from({ length: 121 }, (_, index) => {
      const [x, y] = [(index % 11) / 10, Math.floor(index / 11) / 10]
      const metrics = {
        finalEquity: '1',
        totalReturn: 0,
        maxDrawdown: 0,
        fills: 1,
        closedTrades: 1,
      }
      return { index, parameters: { x, y }, score: scoreAt(x, y), metrics }
    })
  const keptOf = (scoreAt: (x: number, y: number) => number, sign: 1 | -1 = 1) => {
    const trials = trialsOf(scoreAt)
    const best = trials.reduce((one, trial) =>
      sign * trial.score > sign * one.score ? trial : one,
    )
    const scales = (['x', 'y'] as const).map((name) =>
      dimensionScale(name, dimensions[name], trials),
    )
    return neighbourhoodOf(trials, best, scales, sign)
  }
  const hill = (x: number, y: number) => -((x - 0.5) ** 2) - (y - 0.5) ** 2
  const peak = (x: number, y: number) =>
    x === 0.5 && y === 0.5 ? 1 : Math.cos(40 * x + 17 * y) / 10

  it('keep most of the lead on a hill, and nothing around a peak that stands alone', () => {
    expect(keptOf(hill)).toMatchObject({ count: 4, kept: expect.closeTo(0.94, 1) })
    expect(Math.abs(keptOf(peak)!.kept)).toBeLessThan(0.15)
  })

  it('are the same if the lowest score is the best', () => {
    expect(keptOf((x, y) => -hill(x, y), -1)).toEqual(keptOf(hill))
  })

  it('are unknown if all are equal', () => {
    expect(keptOf(() => 1)).toBeUndefined()
  })
})
