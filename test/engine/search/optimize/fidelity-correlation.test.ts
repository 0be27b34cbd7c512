import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OptimizedTrial } from '../../../../engine/index.js'
import {
  fidelityCorrelations,
  fidelityNote,
  keptForComparison,
  trialsToCompare,
} from '../../../../engine/search/optimize/fidelity-correlation.js'
import { rankCorrelation } from '../../../../engine/search/optimize/rank-correlation.js'

describe('the rank correlation', () => {
  it('is that of scipy.stats.spearmanr', () => {
    expect(rankCorrelation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(0.8, 14)
    expect(rankCorrelation([1, 1, 2, 3, 3, 3], [5, 4, 4, 2, 2, 1])).toBeCloseTo(
      -0.9057894597833127,
      14,
    )
  })

  it('depends on the order alone, and lies from -1 to 1', () => {
    const values = fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(values, (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)]
        const found = rankCorrelation(a, b)
        const isFlat = new Set(a).size === 1 || new Set(b).size === 1
        expect(found === undefined).toBe(isFlat)
        if (found === undefined) return
        expect(Math.abs(found)).toBeLessThanOrEqual(1)
        const cubes = a.map((x) => (x / 2 ** 20) ** 3)
        expect(rankCorrelation(cubes, b)).toBeCloseTo(found, 12)
        expect(rankCorrelation(b, a)).toBeCloseTo(found, 12)
        expect(
          rankCorrelation(
            a,
            b.map((y) => -y),
          ),
        ).toBeCloseTo(-found, 12)
        expect(rankCorrelation(a, a)).toBeCloseTo(1, 12)
      }),
    )
  })

  it('is undefined for fewer than two pairs', () => {
    expect(rankCorrelation([], [])).toBeUndefined()
    expect(rankCorrelation([1], [2])).toBeUndefined()
  })
})

/** A trial of the point x with a score, on a share of the bars. */
function trialOf(x: number, score: number | undefined, fidelity?: number): OptimizedTrial {
  return {
    bundle: { name: 'none', version: 'sha256:0' },
    bars: 1,
    objective: 'total-return',
    finalEquity: '1',
    totalReturn: 0,
    maxDrawdown: 0,
    fills: 0,
    closedTrades: 0,
    index: 0,
    parameters: { x },
    ...(score !== undefined && { score }),
    ...(fidelity !== undefined && { fidelity }),
  }
}

/** Points 0, 1, 2 … on all bars, and on a share, where some two neighbours change places. */
function trialsOn(fidelity: number, count: number, swapped: number): OptimizedTrial[] {
  return Array.from({ length: count }, (_, x) => [
    trialOf(x, x),
    trialOf(x, x < swapped ? swapped - 1 - x : x, fidelity),
  ]).flat()
}

describe('the correlation of shares', () => {
  it('is measured over the first eight points that have a score', () => {
    const trials = [
      trialOf(9, undefined),
      trialOf(9, undefined, 1 / 3),
      ...trialsOn(1 / 3, 5, 0),
      trialOf(7, 1, 1 / 3),
      trialOf(8, 1),
      trialOf(0, 3, 1 / 9),
      trialOf(10, 1),
      // Not of the sample any more.
      trialOf(11, -5),
      trialOf(11, 50, 1 / 3),
    ]
    expect(fidelityCorrelations(trials)).toEqual([
      { fidelity: 1 / 9, points: 1 },
      { fidelity: 1 / 3, points: 5, correlation: 1 },
    ])
    expect(fidelityCorrelations([trialOf(1, 2), trialOf(2, 3)])).toEqual([])
    const swapped = fidelityCorrelations(trialsOn(1 / 3, 8, 8))
    expect(swapped).toEqual([{ fidelity: 1 / 3, points: 8, correlation: -1 }])
  })

  it('completes the first eight points, one after the other, as far as the bars last', () => {
    const trials = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((x) => trialOf(x, x, 1 / 9))
    trials.push(trialOf(0, 0, 1 / 3), trialOf(0, 0), trialOf(1, 0, 1 / 3))
    const added = trialsToCompare(trials, 100)
    expect(added.map(({ parameters: { x }, fidelity = 1 }) => [x, fidelity])).toEqual([
      [1, 1],
      ...[2, 3, 4, 5, 6, 7].flatMap((x) => [
        [x, 1 / 3],
        [x, 1],
      ]),
    ])
    expect(added[0]).toEqual({ parameters: { x: 1 } })
    expect(trialsToCompare(trials, 2.4)).toEqual(added.slice(0, 3))
    expect(trialsToCompare(trials, 2.3)).toEqual(added.slice(0, 1))
    expect(trialsToCompare([trialOf(1, 1)], 10)).toEqual([])
  })

  it('keeps a sixth of a small budget, and no more of a large one than the sample costs', () => {
    expect(keptForComparison(30)).toBe(5)
    expect(keptForComparison(1000)).toBe(12)
  })

  it('has no note if each share foretells the scores', () => {
    expect(fidelityNote('bohb', [{ fidelity: 1 / 3, points: 8, correlation: 0.8 }])).toBeUndefined()
    expect(fidelityNote('tpe', [])).toBeUndefined()
  })

  it.each([
    [
      [{ fidelity: 1 / 3, points: 9, correlation: 0.79 }],
      'bohb does not pay here: over 9 points, the rank correlation of the scores on 33 % of the sessions with those on all is 0.79, below 0.8, so that good points are dropped early; search on all sessions, with tpe for example',
    ],
    [
      [
        { fidelity: 1 / 27, points: 8, correlation: -0.2 },
        { fidelity: 1 / 9, points: 9, correlation: 0.9 },
        { fidelity: 1 / 3, points: 9, correlation: 0.95 },
      ],
      'bohb does not pay here: over 8 points, the rank correlation of the scores on 3.7 % of the sessions with those on all is -0.20, below 0.8, so that good points are dropped early; start at 11 % of the sessions (least 0.111), or search on all of them',
    ],
    [
      [{ fidelity: 1 / 3, points: 12 }],
      'bohb does not pay here: over 12 points, the rank correlation of the scores on 33 % of the sessions with those on all cannot be measured, as all scores are equal; search on all sessions, with tpe for example',
    ],
    [
      [
        { fidelity: 1 / 9, points: 1 },
        { fidelity: 1 / 3, points: 9, correlation: 0.9 },
      ],
      'bohb is not shown to pay here: 1 point ran on both 11 % of the sessions and all of them, and 8 are needed to measure their rank correlation; spend more trials, or search on all sessions, with tpe for example',
    ],
  ])('has a note otherwise: %#', (correlations, note) => {
    expect(fidelityNote('bohb', correlations)).toBe(note)
  })
})
