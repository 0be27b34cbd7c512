import { describe, expect, it } from 'vitest'
import { assessWorkload } from '../../../harness/verdict/assess.js'
import type { Rule } from '../../../harness/verdict/criteria.js'
import { ruleOf } from '../../../harness/verdict/criteria.js'
import { compareMemory } from '../../../harness/verdict/memory.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { warningsOf } from '../../../harness/verdict/warnings.js'
import { planWith, randomFrom, roundsFrom } from './simulated-evidence.js'

const target = ruleOf(planWith(), 'grid-search')
const guard = ruleOf(planWith(), 'walk-forward')

/** Rounds whose candidate takes 100·exp(y) ms against 100 ms. */
const rounds = (y: readonly number[]) =>
  roundsFrom(
    Array(y.length).fill(100),
    y.map((value) => 100 * Math.exp(value)),
  )
const noise = (n: number, sd: number, centre = 0) => {
  const random = randomFrom(n)
  return Array.from({ length: n }, () => centre + sd * random.normal())
}
const codes = (of: readonly Round[], rule: Rule = target) =>
  warningsOf(of, assessWorkload(of, rule).looks, rule).map(({ code }) => code)

describe('warnings', () => {
  it('are absent for quiet pairs, and where there is nothing to compare', () => {
    expect(codes(rounds(noise(10, 0.02)))).toEqual([])
    expect([codes([]), codes(rounds([0.1]))]).toEqual([[], []])
  })

  it('report RED noise and what to try', () => {
    const loud = rounds(noise(10, 0.2))
    const [warning] = warningsOf(loud, [], target)
    expect(warning).toMatchObject({
      code: 'noisy',
      hint: expect.stringMatching(/varies by \d+\.\d % \(RED\).*--max-pairs/),
    })
  })

  it('count outliers, which are kept', () => {
    const disturbed = noise(20, 0.01).with(7, 0.9).with(11, 0.5)
    const found = warningsOf(rounds(disturbed), [], target)
    expect(found.map(({ code }) => code)).toEqual(['outliers', 'tail'])
    expect(found[0]!.hint).toContain('2 of 20 pairs')
  })

  it('report an arm that depends on its place in the pair', () => {
    const dependent = noise(20, 0.01).map((value, index) => value + (index % 2 === 0 ? 0.03 : 0))
    expect(codes(rounds(dependent))).toContain('position-effect')
  })

  it('report a guard that gets slower but passes the gate', () => {
    const slow = rounds(noise(10, 0.01, Math.log(1.05)))
    expect(assessWorkload(slow, guard).outcome).toBe('accepted')
    expect([codes(slow, guard), codes(slow, target)]).toEqual([['slower'], []])
    expect(codes(rounds(noise(10, 0.005, Math.log(1.02))), guard)).toEqual([])
  })

  it('do not speak of the limit of the gate where a guard reaches it', () => {
    const failed = rounds(noise(10, 0.01, Math.log(2.76)))
    expect(assessWorkload(failed, guard).outcome).toBe('rejected')
    expect(codes(failed, guard)).not.toContain('slower')
    const open = rounds(noise(10, 0.05, Math.log(1.11)))
    expect(assessWorkload(open, guard).outcome).toBe('continue')
    expect(codes(open, guard)).not.toContain('slower')
  })

  it('report growing peak memory', () => {
    const heavy = rounds(noise(10, 0.01)).map(({ pair, runs }, index) => ({
      pair,
      runs: { ...runs, candidate: { ...runs.candidate!, peakRssBytes: 160e6 + 1000 * index } },
    }))
    expect(codes(heavy)).toEqual(['memory-over'])
  })
})

describe('peak memory', () => {
  const withPeaks = (baseline: number | undefined, candidate: number, count = 10) =>
    rounds(Array(count).fill(0)).map(({ pair, runs }) => ({
      pair,
      runs: {
        baseline: { ...runs.baseline!, peakRssBytes: baseline },
        candidate: { ...runs.candidate!, peakRssBytes: candidate },
      },
    }))

  it('is compared directly where it does not vary', () => {
    expect(compareMemory(withPeaks(100, 101), 'baseline')).toEqual({
      ratio: expect.closeTo(1.01, 12),
      verdict: 'within',
    })
    expect(compareMemory(withPeaks(100, 103), 'baseline')?.verdict).toBe('over')
  })

  it('is undecided below ten pairs, and absent where a run lacks it', () => {
    expect(compareMemory(withPeaks(100, 103, 9), 'baseline')?.verdict).toBe('undecided')
    expect(compareMemory(withPeaks(undefined, 103), 'baseline')).toBeUndefined()
    expect(compareMemory(withPeaks(0, 103), 'baseline')).toBeUndefined()
    expect(compareMemory(withPeaks(100, 103, 1), 'baseline')).toBeUndefined()
  })
})
