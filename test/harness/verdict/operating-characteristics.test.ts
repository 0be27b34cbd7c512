import { describe, expect, it } from 'vitest'
import { assessWorkload } from '../../../harness/verdict/assess.js'
import { compareArms } from '../../../harness/verdict/compare.js'
import type { Rule } from '../../../harness/verdict/criteria.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { SHIPPED_RULES } from '../../../scenarios/error-rates/studied-rules.js'
import { roundOf } from '../../../scenarios/error-rates/timed-pair.js'
import { drawn, IS_THOROUGH } from '../../fixtures/drawn.js'
import { type Random, randomFrom } from './simulated-evidence.js'

/**
 * Tests the error rates the method claims, by seeded trials of the shipped functions. Noise is
 * drawn for each arm separately, so the log ratio of a pair is symmetric about the true value for
 * any shape of the noise.
 */
const TRIALS = drawn(10_000)
/** The most a rate of few trials can be where the true one is at a limit: two standard errors. */
const atMost = (limit: number) =>
  limit + (IS_THOROUGH ? 0 : 2 * Math.sqrt((limit * (1 - limit)) / TRIALS))
const LAYER = SHIPPED_RULES['improvement-40']
const GATE = SHIPPED_RULES.gate

type Noise = (random: Random) => number
const NOISES: Readonly<Record<string, Noise>> = {
  normal: (random) => 1 + 0.03 * random.normal(),
  // gamma with shape 2: no run is much faster than the others, some are a lot slower
  skewed: (random) => 1 - 0.03 * Math.log((1 - random.uniform()) * (1 - random.uniform())),
  // every tenth run shares its processor with something else
  contaminated: (random) => (1 + 0.05 * random.normal()) * slowed(random),
}
/**
 * The same on an otherwise quiet host: pairs are close together or far apart, rarely in between.
 */
const quietContaminated: Noise = (random) => (1 + 0.02 * random.normal()) * slowed(random)

describe.each(Object.entries(NOISES))('with %s noise', (_, noise) => {
  it.each([10, 20, 40])(
    'the 95 % interval of %i pairs covers the truth in 93 to 97 % of the trials',
    (pairs) => {
      const covered = shareCovered(noise, pairs)
      expect(covered).toBeGreaterThanOrEqual(0.93)
      expect(covered).toBeLessThanOrEqual(0.97)
    },
  )

  it('a change exactly at the margin is certified either way in at most 6.5 % of the evaluations', () => {
    const share = shareOfReasons(noise, LAYER, 0.05)
    expect(share('certified-improvement')).toBeLessThanOrEqual(atMost(0.065))
    expect(share('certified-below-threshold')).toBeLessThanOrEqual(atMost(0.065))
    // a rule that never certified anything would err as rarely
    expect(share('certified-improvement')).toBeGreaterThan(0.01)
    expect(share('certified-below-threshold')).toBeGreaterThan(0.01)
  })

  it('a slowdown exactly at the limit of the gate is certified either way in at most 6.5 % of the evaluations', () => {
    const share = shareOfReasons(noise, GATE, -0.1)
    expect(share('certified-regression')).toBeLessThanOrEqual(atMost(0.065))
    expect(share('certified-no-regression')).toBeLessThanOrEqual(atMost(0.065))
    expect(share('certified-regression')).toBeGreaterThan(0.01)
  })

  it('no change at all is accepted in at most 0.5 % of the evaluations, and fails the gate in at most 1 %', () => {
    const layer = shareOf(
      noise,
      LAYER,
      0,
      (rounds) => assessWorkload(rounds, LAYER).outcome === 'accepted',
    )
    const gate = shareOf(
      noise,
      GATE,
      0,
      (rounds) => assessWorkload(rounds, GATE).outcome === 'rejected',
    )
    expect(layer).toBeLessThanOrEqual(atMost(0.005))
    expect(gate).toBeLessThanOrEqual(atMost(0.01))
  })
})

describe('with pairs that vary by 4 %', () => {
  const outcomes = (rule: Rule, improvement: number) => {
    const endings: { readonly outcome: string; readonly pairs: number }[] = []
    shareOf(NOISES.normal as Noise, rule, improvement, (simulated) => {
      const { outcome, rounds } = assessWorkload(simulated, rule)
      return endings.push({ outcome, pairs: rounds.length }) > 0
    })
    const share = (wanted: string, within = 40) =>
      endings.filter(({ outcome, pairs }) => outcome === wanted && pairs <= within).length / TRIALS
    return {
      share,
      medianPairs: endings.map(({ pairs }) => pairs).sort((a, b) => a - b)[TRIALS / 2] as number,
    }
  }

  it('3 % faster is rarely accepted; 10 % faster nearly always, half the time within 20 pairs', () => {
    expect(outcomes(LAYER, 0.03).share('accepted')).toBeLessThanOrEqual(0.02)
    const { share, medianPairs } = outcomes(LAYER, 0.1)
    expect(share('accepted')).toBeGreaterThanOrEqual(0.95)
    expect(medianPairs).toBeLessThanOrEqual(20)
  })

  it('the gate fails 12 % slower, fails 20 % slower within 10 pairs, and passes an unchanged arm', () => {
    expect(outcomes(GATE, -0.12).share('rejected')).toBeGreaterThanOrEqual(0.95)
    expect(outcomes(GATE, -0.2).share('rejected', 10)).toBeGreaterThanOrEqual(0.99)
    expect(outcomes(GATE, 0).share('accepted')).toBeGreaterThanOrEqual(0.99)
  })
})

describe('where a quiet host slows every tenth run by 20 to 50 %', () => {
  it('the interval is too wide, most at 10 pairs, where one pair of ten is trimmed at each end', () => {
    const covered = [10, 20, 40].map((pairs) => shareCovered(quietContaminated, pairs))
    for (const share of covered) expect(share).toBeGreaterThanOrEqual(0.95)
    for (const share of covered) expect(share).toBeLessThanOrEqual(0.98)
    expect(covered[0]).toBeGreaterThan(covered[2] as number)
  })
})

function shareCovered(noise: Noise, pairs: number): number {
  const rule = { ...LAYER, looks: [pairs] }
  return shareOf(noise, rule, 0.05, (rounds) => {
    const { lower, upper } = compareArms(rounds, 'baseline', 'cpu')!.improvement.ci95!
    return lower <= 0.05 && 0.05 <= upper
  })
}

function shareOfReasons(noise: Noise, rule: Rule, improvement: number): (reason: string) => number {
  const counts = new Map<string, number>()
  shareOf(noise, rule, improvement, (rounds) => {
    for (const reason of assessWorkload(rounds, rule).reasons)
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
    return true
  })
  return (reason) => (counts.get(reason) ?? 0) / TRIALS
}

/** The share of evaluations with this true improvement in which a condition holds. */
function shareOf(
  noise: Noise,
  { looks }: Rule,
  improvement: number,
  holds: (rounds: readonly Round[]) => boolean,
): number {
  const pairs = Math.max(...looks)
  const random = randomFrom(20_261_121 + pairs)
  const drawRun = (position: 'first' | 'second') => {
    const ms = 100 * noise(random)
    return { cpuMs: ms, wallMs: ms, position }
  }
  let count = 0
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const rounds = Array.from({ length: pairs }, (_, index) =>
      roundOf(index + 1, { a: drawRun('first'), b: drawRun('second') }, 1 - improvement),
    )
    if (holds(rounds)) count += 1
  }
  return count / TRIALS
}

function slowed(random: Random): number {
  return random.uniform() < 0.1 ? 1.2 + 0.3 * random.uniform() : 1
}
