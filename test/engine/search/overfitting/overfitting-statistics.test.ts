import { readFileSync } from 'node:fs'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { backtestOverfitting } from '../../../../engine/search/overfitting/backtest-overfitting.js'
import {
  deflatedSharpe,
  expectedMaximumSharpe,
  momentsOf,
  probabilisticSharpe,
} from '../../../../engine/search/overfitting/deflated-sharpe.js'
import {
  normalExceeded,
  normalProbability,
} from '../../../../engine/search/overfitting/normal-distribution.js'
import type { ReturnBlocks } from '../../../../engine/search/overfitting/return-blocks.js'
import { blocksOf, curveOfReturns, noise, sharpeOf } from './trial-returns.js'

interface Golden {
  readonly normal: readonly (readonly [number, number])[]
  readonly exceeded: readonly (readonly [number, number])[]
  readonly cases: readonly {
    readonly name: string
    /** Per trial. */
    readonly returns: readonly (readonly number[])[]
    readonly sharpes: readonly number[]
    readonly best: number
    readonly deflated: Readonly<Record<string, number>>
    readonly overfitted: Readonly<Record<string, number>>
  }[]
}

const golden = JSON.parse(
  readFileSync(new URL('../../../golden/overfitting.json', import.meta.url), 'utf8'),
) as Golden

const givenBy = (returns: readonly (readonly number[])[]) => {
  const figures = backtestOverfitting(returns.map(blocksOf))
  if (figures.kind === 'absent') throw new Error(figures.reason)
  return figures
}

const deflatedBy = (returns: readonly (readonly number[])[]) => {
  const sharpes = returns.map(sharpeOf)
  const best = returns[sharpes.indexOf(Math.max(...sharpes))]!
  const figures = deflatedSharpe(momentsOf(curveOfReturns(best), 0), sharpes, returns.length)
  if (figures.kind === 'absent') throw new Error(figures.reason)
  return figures
}

function expectClose(found: object, wanted: Readonly<Record<string, number>>, digits: number) {
  for (const [name, value] of Object.entries(wanted))
    expect((found as Record<string, number>)[name], name).toBeCloseTo(value, digits)
}

describe('the normal distribution', () => {
  it('agrees with scipy in 14 decimal places, and in 10 digits far below zero', () => {
    for (const [x, p] of golden.normal) {
      expect(normalProbability(x), `at ${x}`).toBeCloseTo(p, 14)
      expect(normalProbability(x) / p, `at ${x}`).toBeCloseTo(1, 10)
    }
    for (const [p, x] of golden.exceeded)
      expect(Math.abs(normalExceeded(p) - x), `at ${p}`).toBeLessThan(1e-9)
    expect([normalProbability(-1e3), normalProbability(1e3)]).toEqual([0, 1])
  })
})

describe('the deflated Sharpe ratio', () => {
  it.each(golden.cases)('agrees with scipy: $name', ({ returns, sharpes, best, deflated }) => {
    const moments = momentsOf(curveOfReturns(returns[best]!), 0)
    const found = deflatedSharpe(moments, sharpes, sharpes.length)
    expect(found.kind).toBe('given')
    expectClose(found, deflated, 10)
  })

  it('is rarely above 0.95 for noise, and is for one strategy that is truly better', () => {
    const runs = Array.from({ length: 100 }, (_, seed) => seed + 1)
    const above = (lead: number) =>
      runs.filter((seed) => deflatedBy(noise(seed, 30, 250, lead)).probability > 0.95).length
    expect(above(0)).toBeLessThanOrEqual(5)
    expect(above(0.45)).toBeGreaterThanOrEqual(95)
  })

  it('falls with the number of trials and with their spread, and is never above the undeflated', () => {
    const returns = noise(3, 10, 500, 0.1)
    const moments = momentsOf(curveOfReturns(returns[0]!), 0)
    const sharpes = returns.map(sharpeOf)
    const of = (trials: number, scale = 1) => {
      const figures = deflatedSharpe(
        moments,
        sharpes.map((value) => scale * value),
        trials,
      )
      if (figures.kind === 'absent') throw new Error(figures.reason)
      expect(figures.probability).toBeLessThanOrEqual(figures.undeflated)
      return figures.probability
    }
    expect(of(100)).toBeLessThan(of(10))
    expect(of(1e6)).toBeLessThan(of(100))
    expect(of(10, 2)).toBeLessThan(of(10))
    expect(of(10, 0)).toBe(probabilisticSharpe(moments!, 0))
  })

  it('is absent with the reason where it is undefined', () => {
    const moments = momentsOf(curveOfReturns(noise(1, 1, 40)[0]!), 0)
    const reason = (...given: Parameters<typeof deflatedSharpe>) => {
      const found = deflatedSharpe(...given)
      return found.kind === 'absent' ? found.reason : found
    }
    expect(reason(undefined, [1, 2], 2)).toMatch(/no variance/)
    expect(reason(moments, [1], 1)).toMatch(/not chosen/)
    expect(reason(moments, [1], 2)).toMatch(/fewer than two/)
    const alternating = { sessions: 2, sharpe: 1, skewness: 2, kurtosis: 5 }
    expect(reason(alternating, [1, 2], 2)).toMatch(/two values/)
    expect(momentsOf([1, 1.1, 1.21], 0)).toBeUndefined()
    expect(momentsOf([1, 1, 1], 0.001)).toBeUndefined()
    expect(momentsOf([1, 1.1], 0)).toBeUndefined()
    expect(momentsOf([1, 1.1, 0, 2], 0)).toBeUndefined()
  })

  it('expects of noise about the maximum that noise has', () => {
    const maxima = Array.from({ length: 200 }, (_, seed) =>
      Math.max(...noise(seed, 50, 100).map(sharpeOf)),
    )
    const mean = maxima.reduce((sum, value) => sum + value, 0) / maxima.length
    expect(expectedMaximumSharpe(50, 1 / 100) / mean).toBeCloseTo(1, 1)
    expect(expectedMaximumSharpe(1, 4)).toBe(0)
  })
})

describe('the probability of backtest overfitting', () => {
  it.each(golden.cases)('agrees with numpy: $name', ({ returns, overfitted }) => {
    expectClose(givenBy(returns), overfitted, 9)
  })

  it('is near one half for noise, and near zero where one strategy is truly better', () => {
    const runs = Array.from({ length: 20 }, (_, seed) => seed + 1)
    const meanOf = (lead: number) =>
      runs.reduce((sum, seed) => sum + givenBy(noise(seed, 20, 160, lead)).probability, 0) / 20
    expect(meanOf(0)).toBeGreaterThan(0.4)
    expect(meanOf(0)).toBeLessThan(0.6)
    expect(meanOf(0.5)).toBeLessThan(0.01)
  })

  it('of two opposite strategies is that of the worse half', () => {
    const [gains] = noise(5, 1, 64)
    const found = givenBy([gains!, gains!.map((value) => -value)])
    // Where one gains in sample and loses out of it, the other is below it in both.
    expect(found.rankShares.filter((share) => share > 0)).toHaveLength(2)
    expect(found.probability).toBeCloseTo(found.lossProbability, 12)
    expect(found.slope).toBeLessThan(0)
  })

  it('of equal trials is 1: none is better than the median', () => {
    const [returns] = noise(1, 1, 48)
    const found = givenBy([returns!, returns!, returns!])
    expect(found.probability).toBe(1)
    expect(found.rankShares[5]).toBe(1)
  })

  it('is absent for trials that never trade', () => {
    const flat = blocksOf(new Array<number>(40).fill(0))
    expect(backtestOverfitting([flat, flat])).toMatchObject({
      kind: 'absent',
      reason: 'the equity of no trial ever changed',
    })
  })

  it('is absent with the reason for one trial or too few sessions', () => {
    const of = (trials: number, sessions: number) =>
      backtestOverfitting(noise(1, trials, sessions).map(blocksOf))
    expect(of(0, 64)).toMatchObject({ kind: 'absent', reason: expect.stringMatching(/two trials/) })
    expect(of(1, 64)).toMatchObject({ kind: 'absent', reason: expect.stringMatching(/two trials/) })
    expect(of(2, 31)).toMatchObject({ kind: 'absent', reason: expect.stringMatching(/32 .* 31/) })
    expect(of(2, 32)).toMatchObject({ kind: 'given', divisions: 12_870, trials: 2 })
  })

  it('compares 5000 of more trials, the first among them', () => {
    const [best] = noise(1, 1, 32, 3)
    const [flat] = noise(2, 1, 32)
    const others = new Array<ReturnBlocks>(9000).fill(blocksOf(flat!))
    expect(backtestOverfitting([blocksOf(best!), ...others])).toMatchObject({
      trials: 5000,
      probability: 0,
    })
  })

  /** Multiples of 1/1024: their sums and squares are exact, so that ties are the same. */
  const exactTrials = fc.array(
    fc.array(
      fc.integer({ min: -64, max: 64 }).map((value) => value / 1024),
      { minLength: 48, maxLength: 48 },
    ),
    { minLength: 2, maxLength: 6 },
  )

  test.prop([exactTrials, fc.integer({ min: 1, max: 5 })], { numRuns: 15 })(
    'does not depend on the order of the trials or of the blocks, or on a leverage',
    (trials, shift) => {
      const blocks = trials.map(blocksOf)
      const figures = backtestOverfitting(blocks)
      const turned = [
        ...blocks.slice(shift % blocks.length),
        ...blocks.slice(0, shift % blocks.length),
      ]
      const close = (other: readonly ReturnBlocks[]) => {
        const { slope = 0, ...rest } = backtestOverfitting(other) as never as Record<string, number>
        const { slope: first = 0, ...wanted } = figures as never as Record<string, number>
        expect(slope).toBeCloseTo(first, 6)
        for (const name of ['probability', 'lossProbability']) expect(rest[name]).toBe(wanted[name])
        expect(rest.rankShares).toEqual(wanted.rankShares)
      }
      close(turned)
      close(blocks.toReversed())
      const mixed = <T>(values: readonly T[]) => values.map((_, i) => values[(7 * i + shift) % 16]!)
      close(
        blocks.map(({ sessions, sums, squares }) => ({
          sessions,
          sums: mixed(sums),
          squares: mixed(squares),
        })),
      )
      close(trials.map((returns) => blocksOf(returns.map((value) => 4 * value))))
    },
  )
})
