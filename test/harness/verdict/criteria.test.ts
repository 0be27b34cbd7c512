import { describe, expect, it } from 'vitest'
import type { Position } from '../../../harness/verdict/criteria/criterion-kind.js'
import { judgeCriterion, ruleOf } from '../../../harness/verdict/criteria.js'
import { planWith } from './simulated-evidence.js'

/** An estimate and the half width of its bounds, log scale. */
const at = (m: number, half: number, last = false): Position => ({
  m,
  lower: m - half,
  upper: m + half,
  last,
  tolerance: 0,
})
const judgeImprovement = (position: Position, atLeast: number) =>
  judgeCriterion(position, { kind: 'improvement', atLeast })
const judgeRegression = (position: Position, atMost: number) =>
  judgeCriterion(position, { kind: 'regression', atMost })
const M = Math.log(0.95)
const G = Math.log(1.1)

describe('improvement of at least 5 %', () => {
  it.each([
    [
      'certified: the upper bound touches the margin',
      at(M - 0.01, 0.01),
      'accepted',
      true,
      'certified-improvement',
    ],
    [
      'certified: the lower bound is above the margin',
      at(M + 0.02, 0.01),
      'rejected',
      true,
      'certified-below-threshold',
    ],
    ['open while pairs are left', at(M - 0.001, 0.01), 'continue', false, undefined],
    [
      'last look: estimate reaches 5 %, 2 % certified',
      at(M - 0.001, 0.03, true),
      'accepted',
      false,
      'estimated-improvement',
    ],
    [
      'last look: estimate reaches 5 %, 2 % not certified',
      at(M - 0.001, 0.04, true),
      'inconclusive',
      false,
      'too-noisy',
    ],
    [
      'last look: estimate misses, narrow',
      at(M + 0.001, 0.04, true),
      'rejected',
      false,
      'estimate-below-threshold',
    ],
    [
      'last look: estimate misses, wide',
      at(M + 0.001, 0.041, true),
      'inconclusive',
      false,
      'too-noisy',
    ],
  ])('%s', (_, position, outcome, certified, reason) => {
    expect(judgeImprovement(position, 0.05)).toEqual({
      outcome,
      certified,
      ...(reason && { reason }),
    })
  })

  it('scales its secondary margins with the threshold', () => {
    const margin = Math.log(0.8)
    expect(judgeImprovement(at(margin - 0.001, 0.13, true), 0.2).reason).toBe(
      'estimated-improvement',
    )
    expect(judgeImprovement(at(margin - 0.001, 0.15, true), 0.2).reason).toBe('too-noisy')
    expect(judgeImprovement(at(margin + 0.001, 0.16, true), 0.2).reason).toBe(
      'estimate-below-threshold',
    )
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('accepts nothing from bounds of %d', (bad) => {
    for (const last of [false, true]) {
      expect(
        judgeImprovement({ m: bad, lower: bad, upper: bad, last, tolerance: 0 }, 0.05).outcome,
      ).not.toBe('accepted')
    }
  })
})

describe('the regression gate of 10 %', () => {
  it.each([
    ['certified slower', at(G + 0.01, 0.01), 'rejected', true, 'certified-regression'],
    ['certified not slower', at(G - 0.011, 0.01), 'accepted', true, 'certified-no-regression'],
    ['open while pairs are left', at(0.05, 0.06), 'continue', false, undefined],
    [
      'last look: slower by the estimate, no change excluded',
      at(G + 0.001, 0.05, true),
      'rejected',
      false,
      'estimated-regression',
    ],
    [
      'last look: not slower by the estimate, 15 % excluded',
      at(G - 0.02, 0.06, true),
      'accepted',
      false,
      'estimated-no-regression',
    ],
    [
      'last look: not slower by the estimate, 15 % possible',
      at(G - 0.02, 0.07, true),
      'inconclusive',
      false,
      'too-noisy',
    ],
    [
      'last look: slower by the estimate, no change possible',
      at(G + 0.001, 0.2, true),
      'inconclusive',
      false,
      'too-noisy',
    ],
  ])('%s', (_, position, outcome, certified, reason) => {
    expect(judgeRegression(position, 0.1)).toEqual({
      outcome,
      certified,
      ...(reason && { reason }),
    })
  })
})

describe('the rule of a plan', () => {
  it('gives targets all looks and guards the first three', () => {
    expect(ruleOf(planWith(), 'grid-search').looks).toEqual([10, 20, 30, 40])
    expect(ruleOf(planWith(), 'walk-forward').looks).toEqual([10, 20, 30])
    const gate = planWith({ criterion: { kind: 'regression', atMost: 0.05 } })
    expect(ruleOf(gate, 'grid-search').looks).toEqual([10, 20, 30])
    expect(
      ruleOf(planWith({ criterion: { kind: 'equivalence', within: 0.02 } }), 'grid-search').looks,
    ).toEqual([10, 20, 30, 40])
  })

  it('judges targets by the criterion of the layer and guards by the gate of 10 %', () => {
    const plan = planWith({ criterion: { kind: 'budget', counter: 'wallMs', atMost: 50 } })
    expect(ruleOf(plan, 'grid-search').criterion).toEqual({
      kind: 'budget',
      counter: 'wallMs',
      atMost: 50,
    })
    expect(ruleOf(plan, 'walk-forward').criterion).toEqual({ kind: 'regression', atMost: 0.1 })
  })

  it('gives both only the last look where the number of pairs is fixed', () => {
    const plan = planWith({
      regime: { looks: [10, 20], fixed: true, alpha: 0.05, memory: 'advisory' },
    })
    expect([ruleOf(plan, 'grid-search').looks, ruleOf(plan, 'walk-forward').looks]).toEqual([
      [20],
      [20],
    ])
  })

  it('compares with the incumbent where there is one', () => {
    expect(ruleOf(planWith(), 'grid-search').against).toBe('baseline')
    expect(
      ruleOf(planWith({ arms: ['baseline', 'incumbent', 'candidate'] }), 'grid-search').against,
    ).toBe('incumbent')
  })

  it('does not exist for a workload that was not planned', () => {
    expect(() => ruleOf(planWith(), 'nothing')).toThrow('plan.json has no workload nothing')
  })
})
