import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Criterion } from '../../../harness/contract.js'
import { assessWorkload, runningEstimate } from '../../../harness/verdict/assess.js'
import { compareArms } from '../../../harness/verdict/compare.js'
import type { Rule } from '../../../harness/verdict/criteria.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { roundsOf } from '../../../harness/verdict/rounds.js'
import { discordance, warningsOf } from '../../../harness/verdict/warnings.js'
import { planWith, randomFrom, roundsFrom, simulateRuns } from './simulated-evidence.js'

const target: Rule = {
  role: 'target',
  metric: 'cpu',
  against: 'baseline',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  looks: [10, 20, 30, 40],
  fixed: false,
  alpha: 0.05,
  memory: 'advisory',
}
const guard: Rule = {
  ...target,
  role: 'guard',
  criterion: { kind: 'regression', atMost: 0.1 },
  looks: [10, 20, 30],
}
const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true })
const plan = planWith()

function noisy(pairs: number, improvement: number, noise: number, seed = 1, memory = 0): Round[] {
  const runs = simulateRuns(
    { seed, pairs, improvement: { 'grid-search': improvement }, noise, memory },
    plan,
  )
  return roundsOf(runs, plan, 'grid-search')
}

/** The same rounds with other wall times or memory in the candidate. */
function withCandidate(
  rounds: readonly Round[],
  change: (run: NonNullable<Round['runs']['candidate']>) => object,
): Round[] {
  return rounds.map(({ pair, runs }) => ({
    pair,
    runs: { ...runs, candidate: { ...runs.candidate!, ...change(runs.candidate!) } },
  }))
}

describe('looking at the pairs', () => {
  it('stops at the first look that decides and ignores what follows', () => {
    const rounds = noisy(40, 0.4, 0.02)
    const assessment = assessWorkload(rounds, target)
    expect([assessment.outcome, assessment.reasons, assessment.looks.length]).toEqual([
      'accepted',
      ['certified-improvement'],
      1,
    ])
    expect(assessment.rounds).toEqual(rounds.slice(0, 10))
    expect(assessWorkload(rounds.slice(0, 10), target)).toEqual(assessment)
  })

  it('continues until there are enough pairs for a look', () => {
    for (const count of [0, 1, 2, 9]) {
      expect(assessWorkload(noisy(count, 0.9, 0.001), target)).toMatchObject({
        outcome: 'continue',
        reasons: [],
        looks: [],
      })
    }
  })

  it('uses the boundary levels of the whole plan at each look', () => {
    const { looks } = assessWorkload(noisy(40, 0.05, 0.02), target)
    expect(looks.map(({ pNominal }) => pNominal.toFixed(9)).slice(0, 2)).toEqual([
      '0.017868701',
      '0.018914083',
    ])
    expect(looks[0]!.critical).toBeGreaterThan(2.5)
  })

  it('uses the ordinary 95 % interval where the number of pairs is fixed', () => {
    const rounds = noisy(20, 0.12, 0.02)
    const { looks } = assessWorkload(rounds, { ...target, looks: [20], fixed: true })
    expect(looks).toHaveLength(1)
    const { ci95 } = compareArms(rounds, 'baseline', 'cpu')!.improvement
    expect(1 - Math.exp(looks[0]!.upper)).toBeCloseTo(ci95!.lower, 9)
    expect(1 - Math.exp(looks[0]!.lower)).toBeCloseTo(ci95!.upper, 9)
  })

  it('passes a guard that does not get slower and fails one that does', () => {
    expect(assessWorkload(noisy(10, 0, 0.02), guard).reasons).toEqual(['certified-no-regression'])
    expect(assessWorkload(noisy(10, -0.3, 0.02), guard).outcome).toBe('rejected')
  })

  it('is inconclusive after the last look where the host is too noisy', () => {
    const assessment = assessWorkload(noisy(40, 0.05, 0.3, 1), target)
    expect([assessment.outcome, assessment.reasons, assessment.looks.length]).toEqual([
      'inconclusive',
      ['too-noisy'],
      4,
    ])
  })

  it('widens the bounds where the pairs drift', () => {
    const drift = Array.from({ length: 20 }, (_, index) => 95 * Math.exp(0.01 * (index - 4.5)))
    const { looks } = assessWorkload(roundsFrom(Array(20).fill(100), drift), target)
    const [, second] = looks
    expect(second!.seUsed / second!.se).toBeCloseTo(2, 10)
    expect(
      warningsOf(roundsFrom(Array(20).fill(100), drift), looks, target).map(({ code }) => code),
    ).toContain('autocorrelated')
  })
})

describe('what holds an acceptance back', () => {
  const rounds = noisy(40, 0.4, 0.02)
  const sameWall = withCandidate(rounds, () => ({ wallMs: 408 }))

  it('cpu and wall time that disagree', () => {
    const assessment = assessWorkload(sameWall, target)
    expect([assessment.outcome, assessment.reasons]).toEqual(['inconclusive', ['discordant']])
    expect(assessment.looks.map(({ outcome }) => outcome)).toEqual([
      'continue',
      'continue',
      'continue',
      'inconclusive',
    ])
    expect(assessment.looks.every(({ held }) => held?.includes('discordant'))).toBe(true)
    expect(discordance(sameWall, target)?.hint).toContain("set the layer's metric to wall")
  })

  it('but not that disagreement where the metric is wall', () => {
    const wallOnly = withCandidate(rounds, () => ({ cpuMs: 400 }))
    expect(assessWorkload(wallOnly, { ...target, metric: 'wall' }).outcome).toBe('accepted')
  })

  it('blocking memory: too much rejects, undecided and unmeasured hold', () => {
    const blocking: Rule = { ...target, memory: 'blocking' }
    expect(assessWorkload(rounds, blocking).outcome).toBe('accepted')
    const heavy = noisy(40, 0.4, 0.02, 1, 0.2)
    expect(assessWorkload(heavy, target).outcome).toBe('accepted')
    expect(assessWorkload(heavy, blocking)).toMatchObject({
      outcome: 'rejected',
      reasons: ['memory-over'],
    })
    const unknown = withCandidate(rounds, () => ({ peakRssBytes: undefined }))
    expect(assessWorkload(unknown, blocking)).toMatchObject({
      outcome: 'inconclusive',
      reasons: ['memory-unmeasured'],
    })
    const random = randomFrom(4)
    const doubtful = withCandidate(rounds, () => ({
      peakRssBytes: 142e6 * Math.exp(0.2 * random.normal()),
    }))
    expect(assessWorkload(doubtful, blocking)).toMatchObject({
      outcome: 'inconclusive',
      reasons: ['memory-undecided'],
    })
  })

  it('RED noise, unless the bounds alone decide', () => {
    expect(assessWorkload(noisy(40, 0.6, 0.1, 2), target)).toMatchObject({
      outcome: 'accepted',
      reasons: ['certified-improvement'],
    })
    const held = Array.from({ length: 60 }, (_, seed) =>
      assessWorkload(noisy(40, 0.06, 0.066, seed), target),
    )
    expect(held.some(({ reasons }) => reasons.includes('noise-red'))).toBe(true)
    for (const { reasons, looks } of held) {
      const red = looks.at(-1)!.se * Math.sqrt(looks.at(-1)!.pairs) > 0.08
      if (reasons.some((reason) => reason.startsWith('estimate'))) expect(red).toBe(false)
      if (reasons.includes('noise-red')) expect(red).toBe(true)
    }
  })

  it('a failed calibration, at the first look: more pairs would not help', () => {
    const rule: Rule = { ...target, calibrationFailed: true }
    const { outcome, reasons, looks } = assessWorkload(rounds, rule)
    expect([outcome, reasons, looks.length]).toEqual(['inconclusive', ['calibration-failed'], 1])
    expect(
      assessWorkload(noisy(10, 0, 0.02), { ...guard, calibrationFailed: true }).reasons,
    ).toEqual(['calibration-failed'])
    // It makes nothing accepted, and keeps nothing from being rejected.
    expect(assessWorkload(noisy(10, -0.3, 0.02), rule).outcome).toBe('rejected')
  })

  it.each<[Criterion, number]>([
    [{ kind: 'regression', atMost: 0.1 }, 0],
    [{ kind: 'equivalence', within: 0.05 }, 0],
    [{ kind: 'non-inferiority', atMost: 0.3 }, -0.1],
  ])('%j: clocks that disagree, but neither p nor the plain means', (criterion, improvement) => {
    const rule: Rule = { ...target, criterion }
    const quiet = noisy(40, improvement, 0.02)
    expect(assessWorkload(quiet, rule).outcome).toBe('accepted')
    const slowWall = withCandidate(quiet, (run) => ({ wallMs: 1.25 * run.wallMs }))
    expect(assessWorkload(slowWall, rule)).toMatchObject({
      outcome: 'inconclusive',
      reasons: ['discordant'],
    })
    expect(
      assessWorkload(slowWall, {
        ...rule,
        metric: 'wall',
        criterion: { kind: 'non-inferiority', atMost: 0.6 },
      }).outcome,
    ).toBe('accepted')
  })

  it('plain means that do not improve', () => {
    const baseline = Array(10).fill(100)
    const candidate = [80, 81, 79, 80, 82, 78, 80, 81, 79, 5000]
    const { outcome, looks } = assessWorkload(roundsFrom(baseline, candidate), target)
    expect([outcome, looks[0]!.held]).toEqual(['continue', ['means-disagree']])
  })
})

describe('pairs that do not vary', () => {
  it('are compared with the margin directly, with a warning', () => {
    const rounds = (factor: number) => roundsFrom(Array(10).fill(50), Array(10).fill(50 * factor))
    expect(assessWorkload(rounds(0.9), target).outcome).toBe('accepted')
    expect(assessWorkload(rounds(0.95), target).outcome).toBe('accepted')
    expect(assessWorkload(rounds(0.96), target).outcome).toBe('rejected')
    expect(assessWorkload(rounds(1), target).outcome).toBe('rejected')
    const { looks } = assessWorkload(rounds(0.9), target)
    expect([looks[0]!.se, looks[0]!.lower, looks[0]!.upper]).toEqual([0, looks[0]!.m, looks[0]!.m])
    expect(warningsOf(rounds(0.9), looks, target).map(({ code }) => code)).toEqual([
      'zero-variance',
    ])
  })
})

describe('the running estimate', () => {
  it('is absent below two rounds, then the improvement so far', () => {
    expect([runningEstimate([], target), runningEstimate(noisy(1, 0.4, 0.01), target)]).toEqual([
      undefined,
      undefined,
    ])
    expect(runningEstimate(noisy(5, 0.4, 0.01), target)).toBeCloseTo(0.4, 1)
  })
})

describe('for all values', () => {
  const samples = (n: number) =>
    fc.tuple(
      fc.array(positive, { minLength: n, maxLength: n }),
      fc.array(positive, { minLength: n, maxLength: n }),
    )

  it('accepts only what its own bounds allow, and never an estimate below the threshold', () => {
    fc.assert(
      fc.property(fc.constantFrom(10, 20).chain(samples), ([a, b]) => {
        const { outcome, looks } = assessWorkload(roundsFrom(a, b), { ...target, looks: [10, 20] })
        if (outcome !== 'accepted') return
        const { m, upper } = looks.at(-1)!
        expect(m).toBeLessThanOrEqual(Math.log(0.95) + 1e-12)
        expect(upper).toBeLessThanOrEqual(Math.log(0.98))
      }),
      { numRuns: 1000 },
    )
  })

  it('never decides below ten pairs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }).chain(samples), ([a, b]) => {
        expect(assessWorkload(roundsFrom(a, b), target).outcome).toBe('continue')
      }),
      { numRuns: 1000 },
    )
  })

  it('changes sign when the arms are swapped', () => {
    fc.assert(
      fc.property(samples(10), ([a, b]) => {
        const forth = compareArms(roundsFrom(a, b), 'baseline', 'cpu')!.estimate
        const back = compareArms(roundsFrom(b, a), 'baseline', 'cpu')!.estimate
        expect(back.m).toBeCloseTo(-forth.m, 10)
        expect(back.se).toBeCloseTo(forth.se, 10)
      }),
      { numRuns: 1000 },
    )
  })

  it('does not depend on the unit', () => {
    fc.assert(
      fc.property(samples(10), ([a, b]) => {
        const scaled = (values: readonly number[]) => values.map((value) => value * 1024)
        const one = assessWorkload(roundsFrom(a, b), target)
        const other = assessWorkload(roundsFrom(scaled(a), scaled(b)), target)
        expect(other.outcome).toBe(one.outcome)
        expect(other.looks[0]!.m).toBeCloseTo(one.looks[0]!.m, 10)
      }),
      { numRuns: 1000 },
    )
  })
})
