import { describe, expect, it } from 'vitest'
import { characterize } from '../../../scenarios/error-rates/characteristics.js'
import { readTable } from '../../../scenarios/error-rates/derive.js'
import type { FreshDecision } from '../../../scenarios/error-rates/fresh-decision.js'
import { noiseOfFresh, tabulateFresh } from '../../../scenarios/error-rates/fresh-table.js'
import { renderPage } from '../../../scenarios/error-rates/page.js'
import { addTallies } from '../../../scenarios/error-rates/tally.js'
import { simulateDecisions } from './simulated-decisions.js'

const decisions = simulateDecisions(
  { none: 30, '3% faster': 12, '10% faster': 12, '12% slower': 12, '20% slower': 12 },
  30,
  0.015,
)
const table = tabulateFresh(decisions)

function total(change: number, rule: string, of: readonly (typeof table)[number][] = table) {
  return addTallies(
    of.filter((cell) => cell.change === change && cell.rule === rule).map(({ tally }) => tally),
  )
}

describe('the rules on fresh decisions', () => {
  it('decide correctly on quiet runs', () => {
    expect(total(0, 'improvement-20')).toMatchObject({
      trials: 30,
      accepted: 0,
      rejected: 30,
      medianPairs: 10,
    })
    expect(total(0, 'gate')).toMatchObject({ trials: 30, accepted: 30, rejected: 0 })
    expect(total(0.1, 'improvement-20')).toMatchObject({ trials: 12, accepted: 12 })
    expect(total(-0.12, 'gate')).toMatchObject({ trials: 12, rejected: 12, accepted: 0 })
    expect(total(-0.2, 'gate')?.byPairs).toEqual([
      { pairs: 10, accepted: 0, rejected: 12, inconclusive: 0, undecided: 0 },
    ])
  })

  it('are counted separately for decisions with hogs', () => {
    expect(
      table
        .filter(({ change, rule }) => change === 0 && rule === 'gate')
        .map(({ hogs, tally }) => [hogs, tally.trials]),
    ).toEqual([
      [0, 20],
      [2, 10],
    ])
  })

  it('leave a gate undecided whose runs end before it decides', () => {
    const short = tabulateFresh(simulateDecisions({ '12% slower': 3 }, 10, 0.06))
    expect(total(-0.12, 'gate', short)).toMatchObject({ rejected: 0, undecided: 3, meanPairs: 10 })
  })

  it('do not count voided pairs, and are inconclusive with too many of them', () => {
    const [first] = simulateDecisions({ '10% faster': 1 }, 30, 0.001) as [FreshDecision]
    const voiding = (count: number): FreshDecision[] => [
      {
        ...first,
        runs: first.runs.map((run) => (run.pair <= count ? { ...run, voided: 'steal 7 %' } : run)),
      },
    ]
    expect(total(0.1, 'improvement-20', tabulateFresh(voiding(5)))).toMatchObject({ accepted: 1 })
    expect(total(0.1, 'improvement-20', tabulateFresh(voiding(6)))).toMatchObject({
      accepted: 0,
      inconclusive: 1,
    })
  })

  it('yield the noise of a pair', () => {
    const noise = noiseOfFresh(decisions)
    expect(noise).toHaveLength(decisions.length)
    // two independent runs of 1.5 %
    expect(noise.reduce((sum, value) => sum + value, 0) / noise.length).toBeCloseTo(0.021, 2)
  })
})

describe('the naive rule on the same runs', () => {
  it('compares the first ten processes of an A/A decision with the next ten', () => {
    const [quiet] = simulateDecisions({ none: 1 }, 10, 0.001) as [FreshDecision]
    const drifting = {
      ...quiet,
      runs: quiet.runs.map((run, index) => ({ ...run, cpuMs: run.cpuMs * (index < 10 ? 1 : 0.9) })),
    }
    expect(total(0, 'naive', tabulateFresh([quiet]))).toMatchObject({ trials: 1, accepted: 0 })
    expect(total(0, 'naive', tabulateFresh([drifting]))).toMatchObject({ trials: 1, accepted: 1 })
  })

  it('removes the effect of the arms, so that its two groups of ten differ only by the change and by time', () => {
    const members = simulateDecisions({ '10% faster': 3, '12% slower': 3 }, 10, 0.001)
    expect(total(0.1, 'naive', tabulateFresh(members))).toMatchObject({ trials: 3, accepted: 3 })
    expect(total(-0.12, 'naive-gate', tabulateFresh(members))).toMatchObject({
      trials: 3,
      rejected: 3,
    })
    const drifting = members.map((decision) => ({
      ...decision,
      runs: decision.runs.map((run, index) => ({
        ...run,
        cpuMs: run.cpuMs * (index < 10 ? 1 : 1.2),
      })),
    }))
    expect(total(0.1, 'naive', tabulateFresh(drifting))).toMatchObject({ trials: 3, accepted: 0 })
    expect(total(0.1, 'improvement-20', tabulateFresh(drifting))).toMatchObject({
      trials: 3,
      accepted: 3,
    })
  })

  it('has no verdict for fewer than twenty runs', () => {
    const short = simulateDecisions({ none: 1 }, 9)
    expect(total(0, 'naive', tabulateFresh(short))).toBeUndefined()
    expect(total(0, 'improvement-20', tabulateFresh(short))).toMatchObject({
      trials: 1,
      undecided: 1,
    })
  })
})

describe('the figures', () => {
  const recorded = readTable('.')
  if (recorded === undefined) throw new Error('docs/characteristics/recorded-noise.json is missing')

  it('count the decisions concerned by a note on the measurement, and the page prints both', () => {
    const text = 'Other programs used the host.'
    const conditions = ['2026-11-21T00:00:01.000Z', '2026-11-22T00:00:00.000Z'].map((since) => ({
      since,
      text,
    }))
    const figures = characterize(recorded, simulateDecisions({ none: 3 }, 10), conditions, [])
    expect(figures.fresh.conditions.map(({ decisions }) => decisions)).toEqual([2, 0])
    const sentences = renderPage(figures).match(/^From .* UTC on .*$/gm)
    expect(sentences).toEqual([
      `From 2026-11-21 00:00 UTC on (2 of the 3 decisions started then or later): ${text}`,
    ])
  })

  it('are summarized in one line, with exact bounds', () => {
    const many = characterize(
      recorded,
      simulateDecisions({ none: 100, '10% faster': 30, '12% slower': 30 }, 30, 0.01),
      [],
      [],
    )
    expect(many.line).toBe(
      'Error rates of the default rules (5 % faster, gate of 10 %), measured at smoke scale: A/A accepted 0 of 100 (≤ 3.6 %), 10 % faster accepted 30 of 30 (≥ 88.4 %), 12 % slower failed the gate 30 of 30 (≥ 88.4 %); naive rule accepted A/A 0 of 100. docs/characteristics.md',
    )
    expect(many.fresh).toMatchObject({ decisions: 160, runs: 9600, workloads: ['grid-search'] })
    expect(many.fresh.wrong).toEqual([
      { hogs: 0, verdicts: 214, wrong: 0 },
      { hogs: 2, verdicts: 106, wrong: 0 },
    ])
  })

  it('count a verdict against the true change as wrong', () => {
    const lying = simulateDecisions({ '10% faster': 3 }, 30, 0.001).map((decision) => ({
      ...decision,
      hogs: 0,
      cell: 'none' as const,
      change: 0,
    }))
    expect(characterize(recorded, lying, [], []).fresh.wrong).toEqual([
      { hogs: 0, verdicts: 6, wrong: 3 },
    ])
    const checks = characterize(recorded, lying, [], []).requirements.filter(
      ({ source }) => source === 'fresh',
    )
    expect(checks).toMatchObject([
      { change: 0, of: 'layer', figure: 'accepted', measured: 1, met: false, shown: false },
      { change: 0, of: 'gate', figure: 'failed', measured: 0, met: true, shown: false },
    ])
  })
})
