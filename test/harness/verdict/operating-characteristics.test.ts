import { describe, expect, it } from 'vitest'
import { assessWorkload } from '../../../harness/verdict/assess.js'
import type { Role, Rule } from '../../../harness/verdict/criteria.js'
import { ruleOf } from '../../../harness/verdict/criteria.js'
import { planWith, randomFrom, roundsFrom } from './simulated-evidence.js'

/** Seeded trials of the whole rule on normal pair noise: how often it errs, and how soon it decides. */
const plan = planWith()

function trials(role: Role, change: number, pairSd: number, count: number) {
  const rule: Rule = ruleOf(plan, role === 'target' ? 'grid-search' : 'walk-forward')
  const random = randomFrom(Math.round(1e6 * (change + 1)) + count)
  const pairs = rule.looks.at(-1)!
  const tally = { accepted: 0, rejected: 0, inconclusive: 0, continue: 0 }
  const taken: number[] = []
  let certified = 0
  for (let trial = 0; trial < count; trial += 1) {
    const ratios = Array.from({ length: pairs }, () => (1 - change) * Math.exp(pairSd * random.normal()))
    const { outcome, reasons, rounds } = assessWorkload(
      roundsFrom(
        Array(pairs).fill(100),
        ratios.map((ratio) => 100 * ratio),
      ),
      rule,
    )
    tally[outcome] += 1
    if (reasons.includes('certified-improvement')) certified += 1
    taken.push(rounds.length)
  }
  return {
    share: (outcome: keyof typeof tally) => tally[outcome] / count,
    certified: certified / count,
    medianPairs: taken.sort((a, b) => a - b)[Math.floor(count / 2)]!,
  }
}

describe('the rule, on pairs that vary by 4 %', () => {
  it('accepts nothing that changes nothing, and rejects it', () => {
    const { share } = trials('target', 0, 0.04, 2000)
    expect(share('accepted')).toBeLessThanOrEqual(0.005)
    expect(share('rejected')).toBeGreaterThan(0.95)
  })

  it('accepts hardly anything that is 3 % faster', () => {
    expect(trials('target', 0.03, 0.04, 2000).share('accepted')).toBeLessThanOrEqual(0.02)
  })

  it('certifies what only just reaches the threshold about as rarely as promised', () => {
    // promised 5 %; the winsorised error is a little small, which costs about one point
    const { certified } = trials('target', 0.05, 0.04, 4000)
    expect(certified).toBeLessThan(0.072)
    expect(certified).toBeGreaterThan(0.04)
  })

  it('accepts what is 10 % faster, half the time within 20 pairs', () => {
    const { share, medianPairs } = trials('target', 0.1, 0.04, 2000)
    expect(share('accepted')).toBeGreaterThanOrEqual(0.95)
    expect(medianPairs).toBeLessThanOrEqual(20)
  })

  it('fails the gate for what is 12 % slower, and passes what is no slower', () => {
    expect(trials('guard', -0.12, 0.04, 1000).share('rejected')).toBeGreaterThanOrEqual(0.95)
    expect(trials('guard', 0, 0.04, 2000).share('rejected')).toBeLessThanOrEqual(0.01)
    expect(trials('guard', 0, 0.04, 2000).share('accepted')).toBeGreaterThan(0.99)
  })

  it('fails the gate for what is 20 % slower', () => {
    expect(trials('guard', -0.2, 0.04, 1000).share('rejected')).toBeGreaterThanOrEqual(0.99)
  })
})
