import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  continuous,
  discrete,
  type FidelityOptions,
  type MethodName,
  makeSampler,
  type Proposal,
  parameterSpace,
  type Sampler,
} from '../../../engine/index.js'

const space = parameterSpace({ x: continuous(0, 1, 3), y: continuous(0, 1, 3) })
const BRACKET_METHODS = ['successive-halving', 'hyperband', 'bohb'] as const

/** The best point is in the middle; a share of the bars adds an error that shrinks with it. */
function scoreOf({ parameters, fidelity = 1, id }: Proposal): number {
  const [x, y] = [Number(parameters.x), Number(parameters.y)]
  const error = Math.sin(12.9898 * (x + 3 * y) + id) * 0.1 * (1 - fidelity)
  return -((x - 0.5) ** 2) - (y - 0.3) ** 2 + error
}

/** Proposals one at a time, each answered before the next. */
function proposalsOf(sampler: Sampler, count: number): Proposal[] {
  return Array.from({ length: count }, () => {
    const [proposal] = sampler.ask(1)
    sampler.tell([{ id: proposal!.id, score: scoreOf(proposal!) }])
    return proposal!
  })
}

/** Lengths of runs of equal fidelity, with the resource of each in units of the least share. */
function rungsIn(proposals: readonly Proposal[], units: number): number[][] {
  const rungs: number[][] = []
  let before: number | undefined
  for (const { fidelity = 1 } of proposals) {
    if (fidelity === before) rungs.at(-1)![0]!++
    else rungs.push([1, Math.round(fidelity * units)])
    before = fidelity
  }
  return rungs
}

/** n_i and r_i of Li et al. 2018 for R = 81 and η = 3, from s = 4 down to 0. */
const TABLE_OF_HYPERBAND = [
  [81, 1],
  [27, 3],
  [9, 9],
  [3, 27],
  [1, 81],
  [34, 3],
  [11, 9],
  [3, 27],
  [1, 81],
  [15, 9],
  [5, 27],
  [1, 81],
  [8, 27],
  [2, 81],
  [5, 81],
]
const OF_81 = { least: 1 / 81, reduction: 3 }

describe('a method with brackets', () => {
  it.each(['hyperband', 'bohb'] as const)('spends what the paper spends: %s', (method) => {
    const points = TABLE_OF_HYPERBAND.reduce((sum, [n]) => sum + n!, 0)
    expect(points).toBe(206)
    const proposals = proposalsOf(makeSampler(space, method, { fidelity: OF_81 }), 2 * points)
    const [first, second] = [proposals.slice(0, points), proposals.slice(points)]
    for (const round of [first, second]) {
      expect(rungsIn(round, 81)).toEqual(joined(TABLE_OF_HYPERBAND))
      // Of the seven in a row on all bars, two went on and five are new.
      const before = new Set(round.slice(0, -7).map(({ parameters }) => parameters.x))
      const went = round.slice(-7).map(({ parameters }) => before.has(parameters.x!))
      expect(went).toEqual([true, true, false, false, false, false, false])
    }
  })

  it('spends the same on each rung of successive halving', () => {
    const sampler = makeSampler(space, 'successive-halving', { fidelity: OF_81 })
    expect(rungsIn(proposalsOf(sampler, 242), 81)).toEqual([
      ...TABLE_OF_HYPERBAND.slice(0, 5),
      ...TABLE_OF_HYPERBAND.slice(0, 5),
    ])
    const halves = makeSampler(space, 'successive-halving', {
      fidelity: { least: 1 / 8, reduction: 2 },
    })
    expect(rungsIn(proposalsOf(halves, 15), 8)).toEqual([
      [8, 1],
      [4, 2],
      [2, 4],
      [1, 8],
    ])
  })

  it('spends by the formulas of algorithm 1 for any share and reduction', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 0, max: 4 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (reduction, most, within) => {
          // Any least share above η^−(most + 1) and up to η^−most gives the same brackets.
          const least = reduction ** -(most + within)
          const sampler = makeSampler(space, 'hyperband', { fidelity: { least, reduction } })
          const expected: number[][] = []
          for (let s = most; s >= 0; s--) {
            const n = Math.ceil(((most + 1) * reduction ** s) / (s + 1))
            for (let i = 0; i <= s; i++)
              expected.push([Math.floor(n / reduction ** i), reduction ** (most - s + i)])
          }
          // The last bracket has one rung on all bars, as has the end of the one before.
          const count = expected.reduce((sum, [n]) => sum + n!, 0)
          const rungs = rungsIn(proposalsOf(sampler, count), reduction ** most)
          expect(rungs).toEqual(joined(expected))
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each(BRACKET_METHODS)(
    'lets the best points go on, at the share that follows: %s',
    (method) => {
      const sampler = makeSampler(space, method, { seed: 3 })
      const proposals = proposalsOf(sampler, 27 + 9 + 3 + 1)
      const rungs = [
        proposals.slice(0, 27),
        proposals.slice(27, 36),
        proposals.slice(36, 39),
        proposals.slice(39),
      ]
      for (const [i, rung] of rungs.entries()) {
        expect(new Set(rung.map(({ fidelity }) => fidelity)).size).toBe(1)
        const next = rungs[i + 1]
        if (next === undefined) continue
        const best = [...rung].sort((a, b) => scoreOf(b) - scoreOf(a)).slice(0, next.length)
        expect(next.map(({ parameters }) => parameters)).toEqual(
          best.map(({ parameters }) => parameters),
        )
      }
      expect(rungs[3]![0]!.fidelity).toBeUndefined()
    },
  )

  it.each(BRACKET_METHODS)('starts the next bracket while one waits: %s', (method) => {
    const sampler = makeSampler(space, method, { seed: 3 })
    const asked = sampler.ask(30)
    expect(asked.length).toBe(30)
    expect(asked.slice(0, 27).every(({ fidelity }) => fidelity === 1 / 27)).toBe(true)
    sampler.tell(asked.slice(0, 27).map((one) => ({ id: one.id, score: scoreOf(one) })))
    expect(sampler.ask(9).every(({ fidelity }) => fidelity === 1 / 9)).toBe(true)
  })

  it.each(BRACKET_METHODS)(
    'takes at least one point to all bars in a small space: %s',
    (method) => {
      for (let size = 1; size <= 30; size++) {
        const small = parameterSpace({ n: discrete(1, size) })
        const sampler = makeSampler(small, method, { seed: size })
        const shares: number[] = []
        for (let asked = sampler.ask(4); asked.length > 0; asked = sampler.ask(4)) {
          shares.push(...asked.map(({ fidelity = 1 }) => fidelity))
          sampler.tell(asked.map(({ id, parameters }) => ({ id, score: Number(parameters.n) })))
        }
        expect(shares).toContain(1)
        expect(shares.length).toBeLessThanOrEqual(4 * size)
      }
    },
  )

  it.each(BRACKET_METHODS)('uses all bars alone if the least share is all: %s', (method) => {
    const sampler = makeSampler(space, method, { fidelity: { least: 1 } })
    expect(proposalsOf(sampler, 20).every(({ fidelity }) => fidelity === undefined)).toBe(true)
  })
})

describe('bohb', () => {
  /** Distance of a point from the best one. */
  const distance = ({ parameters: { x, y } }: Proposal) =>
    Math.hypot(Number(x) - 0.5, Number(y) - 0.3)

  function medianBest(method: MethodName, fidelity: FidelityOptions): number {
    const best = Array.from({ length: 15 }, (_, seed) => {
      const proposals = proposalsOf(makeSampler(space, method, { seed, fidelity }), 300)
      return Math.min(...proposals.filter((one) => one.fidelity === undefined).map(distance))
    })
    return best.sort((a, b) => a - b)[7]!
  }

  it('comes nearer to the best point than random points in the same brackets', () => {
    expect(medianBest('bohb', {})).toBeLessThan(medianBest('hyperband', {}) / 2)
  })
})

/** Neighbours of the same resource as one rung. */
function joined(rungs: readonly number[][]): number[][] {
  const result: number[][] = []
  for (const [points, resource] of rungs) {
    const last = result.at(-1)
    if (last !== undefined && last[1] === resource) last[0]! += points!
    else result.push([points!, resource!])
  }
  return result
}
