import { describe, expect, it } from 'vitest'
import { iterationRatios } from '../../../harness/verdict/iteration-ratios.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { warmUpDecides } from '../../../harness/verdict/warm-up-decides.js'
import { randomFrom, roundsFrom } from './simulated-evidence.js'

const WARMUP = 3

/**
 * Rounds whose processes list the CPU of each iteration.
 *
 * @param ratios true ln(candidate / baseline) of each iteration, warm-up first
 * @param noise  standard deviation of one iteration, log scale
 */
function roundsOver(
  ratios: readonly number[],
  { pairs = 10, noise = 0, seed = 1, warmup = WARMUP } = {},
): Round[] {
  const random = randomFrom(seed)
  const times = Array.from({ length: pairs }, () => 100)
  return roundsFrom(times, times).map(({ pair, runs }) => {
    const passes = (of: (ratio: number) => number) =>
      ratios.map((ratio) => 100 * Math.exp(of(ratio) + noise * random.normal()))
    const length = { warmup, iterations: ratios.length - warmup }
    return {
      pair,
      runs: {
        baseline: { ...runs.baseline!, ...length, passCpuMs: passes(() => 0) },
        candidate: { ...runs.candidate!, ...length, passCpuMs: passes((ratio) => ratio) },
      },
    }
  })
}

const steady = Array.from({ length: 13 }, () => -0.4)
/** One arm is optimized in the middle of the timed iterations. */
const wandering = steady.map((ratio, index) => (index < 8 ? ratio - 0.2 : ratio))

describe('the ratio by iteration', () => {
  it('is the mean over the pairs, with the warm-up marked and an interval for each iteration', () => {
    const ratios = iterationRatios(roundsOver(wandering, { noise: 0.01 }), 'baseline')
    expect(ratios).toHaveLength(13)
    expect(ratios.filter(({ isWarmUp }) => isWarmUp).map(({ iteration }) => iteration)).toEqual([
      1, 2, 3,
    ])
    for (const [index, { m, interval }] of ratios.entries()) {
      expect(Math.abs(m - wandering[index]!)).toBeLessThan(0.02)
      expect(interval.lower).toBeLessThan(m)
      expect(interval.upper).toBeGreaterThan(m)
    }
  })

  it('does not exist where a run does not list its iterations, or lists one without CPU time', () => {
    const rounds = roundsOver(steady)
    const without = (passCpuMs: number[] | undefined) =>
      rounds.map((round, index) => {
        const { passCpuMs: own, ...run } = round.runs.baseline!
        const changed = index === 4 ? passCpuMs && { passCpuMs } : { passCpuMs: own! }
        return { ...round, runs: { ...round.runs, baseline: { ...run, ...changed } } }
      })
    expect(iterationRatios(without(undefined), 'baseline')).toEqual([])
    expect(iterationRatios(without([0, ...steady.slice(1).map(() => 100)]), 'baseline')).toEqual([])
    expect(iterationRatios(without([100]), 'baseline')).toEqual([])
    expect(iterationRatios(rounds.slice(0, 1), 'baseline')).toEqual([])
  })
})

describe('the warning that warm-up decides', () => {
  it('names both figures where the first and the last third of the timed iterations differ', () => {
    const warning = warmUpDecides(roundsOver(wandering, { noise: 0.02 }), 'baseline')
    expect(warning?.code).toBe('warm-up-decides')
    expect(warning?.hint).toMatch(
      /improvement is 4[45]\.\d % in the first third of the timed iterations and 3[23]\.\d % in the last/,
    )
  })

  it('does not count the warm-up, nor a difference below one point', () => {
    const warming = steady.map((ratio, index) => (index < WARMUP ? -0.7 : ratio))
    expect(warmUpDecides(roundsOver(warming), 'baseline')).toBeUndefined()
    const drifting = steady.map((ratio, index) => ratio + 0.0005 * index)
    expect(warmUpDecides(roundsOver(drifting), 'baseline')).toBeUndefined()
  })

  it('needs ten pairs and three timed iterations', () => {
    expect(warmUpDecides(roundsOver(wandering, { pairs: 9 }), 'baseline')).toBeUndefined()
    expect(warmUpDecides(roundsOver([-0.7, -0.5, -0.1], { warmup: 1 }), 'baseline')).toBe(undefined)
    expect(
      warmUpDecides(roundsOver([-0.9, -0.7, -0.5, -0.1], { warmup: 1 }), 'baseline'),
    ).toBeTruthy()
  })

  it('is false in about one of a hundred evaluations whose arms are equally warm', () => {
    const trials = 3000
    const warned = Array.from({ length: trials }, (_, seed) =>
      warmUpDecides(roundsOver(steady, { noise: 0.05, seed: seed + 1 }), 'baseline'),
    ).filter((warning) => warning !== undefined)
    expect(warned.length / trials).toBeLessThan(0.016)
    expect(warned.length / trials).toBeGreaterThan(0.005)
  })
})
