import { describe, expect, it } from 'vitest'
import { characterize } from '../../../scenarios/error-rates/characteristics.js'
import { readTable } from '../../../scenarios/error-rates/derive.js'
import type { FreshDecision } from '../../../scenarios/error-rates/fresh-decision.js'
import {
  coverageOf,
  realisedChange,
  resolutionOf,
  signIsRight,
} from '../../../scenarios/error-rates/fresh-figures.js'
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

describe('the gate of two rounds', () => {
  const quiet = simulateDecisions({ none: 6, '6% slower': 6, '12% slower': 6 }, 30, 0.003).map(
    (decision) => ({ ...decision, hogs: 0, design: 'co-scheduled' as const }),
  )

  it('takes two successive decisions as its rounds, each decision once', () => {
    const rounds = tabulateFresh(quiet)
    expect(total(-0.12, 'gate', rounds)).toMatchObject({ trials: 6, rejected: 6 })
    expect(total(-0.12, 'gate-confirmed', rounds)).toMatchObject({ trials: 3, rejected: 3 })
    expect(total(-0.06, 'gate-5-confirmed', rounds)).toMatchObject({ trials: 3, rejected: 3 })
    expect(total(0, 'gate-5-confirmed', rounds)).toMatchObject({ trials: 3, accepted: 3 })
  })

  it('is inconclusive if its rounds contradict each other', () => {
    const [slower] = quiet.filter(({ cell }) => cell === '12% slower')
    const [equal] = quiet.filter(({ cell }) => cell === 'none')
    const mixed = [slower!, { ...slower!, startedAt: equal!.startedAt, runs: equal!.runs }]
    // The second decision started first: it passes at once.
    expect(total(-0.12, 'gate-confirmed', tabulateFresh(mixed))).toMatchObject({ accepted: 1 })
    const later = [slower!, { ...mixed[1]!, startedAt: '2026-11-22T00:00:00.000Z' }]
    expect(total(-0.12, 'gate-confirmed', tabulateFresh(later))).toMatchObject({ inconclusive: 1 })
  })

  it('has no strict gate for decisions that were not measured for it', () => {
    expect(total(-0.06, 'gate-5', tabulateFresh(quiet))).toMatchObject({ trials: 6 })
    expect(total(-0.12, 'gate-5', tabulateFresh(quiet))).toBeUndefined()
    expect(total(0, 'gate-5', table)).toBeUndefined()
  })
})

describe('the figures of single decisions', () => {
  it('take the realised change from the time of the injected work in its own arm', () => {
    const [slower] = simulateDecisions({ '12% slower': 1 }, 10, 0) as [FreshDecision]
    const withWork = (arm: string, injectedMs: number) => ({
      runs: slower.runs.map((run) => (run.arm === arm ? { ...run, cpuMs: 20, injectedMs } : run)),
    })
    expect(realisedChange({ ...slower, ...withWork('candidate', 2.5) })).toBeCloseTo(
      -2.5 / 17.5,
      10,
    )
    expect(realisedChange({ ...slower, change: 0.1, ...withWork('baseline', 2.5) })).toBeCloseTo(
      2.5 / 20,
      10,
    )
    expect(realisedChange(slower)).toBeUndefined()
  })

  it('count signs, coverage and what ten pairs resolve', () => {
    const members = simulateDecisions({ none: 200, '3% slower': 20 }, 10, 0.01)
    expect(members.filter(({ change }) => change < 0).every(signIsRight)).toBe(true)
    const covered = coverageOf(members)
    expect(covered).toHaveLength(200)
    const share = covered.filter(Boolean).length / 200
    expect(share).toBeGreaterThan(0.9)
    expect(share).toBeLessThan(0.99)
    const { halfWidths, certifiable } = resolutionOf(members)
    expect(halfWidths).toHaveLength(220)
    // A pair of two runs of 1 %: 1.41 %, and t of 7 degrees of freedom over ten pairs.
    expect(halfWidths.reduce((sum, one) => sum + one, 0) / 220).toBeCloseTo(0.0115, 2)
    expect(Math.min(...certifiable)).toBeGreaterThan(0.05)
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

  it('has no verdict on runs that did not follow one another', () => {
    const members = simulateDecisions({ none: 2 }, 10, 0.001)
    const together = members.map((decision) => ({ ...decision, design: 'co-scheduled' as const }))
    expect(total(0, 'naive', tabulateFresh(together))).toBeUndefined()
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

  const characterizeFresh = (members: readonly FreshDecision[]) =>
    characterize({ recorded, fresh: { decisions: members, conditions: [] } }, [])

  it('count the decisions concerned by a note on the measurement, and the page prints both', () => {
    const text = 'Other programs used the host.'
    const conditions = ['2026-11-21T00:00:01.000Z', '2026-11-22T00:00:00.000Z'].map((since) => ({
      since,
      text,
    }))
    const figures = characterize(
      { recorded, fresh: { decisions: simulateDecisions({ none: 3 }, 10), conditions } },
      [],
    )
    expect(figures.fresh.conditions.map(({ decisions }) => decisions)).toEqual([2, 0])
    const sentences = renderPage(figures).match(/^From .* UTC on .*$/gm)
    expect(sentences).toEqual([
      `From 2026-11-21 00:00 UTC on (2 of the 3 decisions started then or later): ${text}`,
    ])
  })

  it('are summarized in one line, with exact bounds', () => {
    const members = simulateDecisions({ none: 100, '10% faster': 30, '12% slower': 30 }, 30, 0.01)
    const many = characterizeFresh(members)
    expect(many.line).toBe(
      'Error rates of the default rules (5 % faster, gate of 10 %), measured at smoke scale: A/A accepted 0 of 100 (≤ 3.6 %), 10 % faster accepted 30 of 30 (≥ 88.4 %), 12 % slower failed the gate of two rounds 15 of 15 (≥ 78.2 %). docs/characteristics.md',
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
    expect(characterizeFresh(lying).fresh.wrong).toEqual([{ hogs: 0, verdicts: 6, wrong: 3 }])
    const checks = characterizeFresh(lying).requirements.filter(({ source }) => source === 'fresh')
    expect(checks).toMatchObject([
      { change: 0, of: 'layer', figure: 'accepted', measured: 1, met: false, shown: false },
      { change: 0, of: 'gate', figure: 'failed', measured: 0, met: true, shown: false },
    ])
  })

  it('take the line from the earlier study until the new one has ten of each of its cells', () => {
    const earlier = simulateDecisions({ none: 100, '10% faster': 30, '12% slower': 30 }, 30, 0.01)
    const few = simulateDecisions({ none: 100, '10% faster': 9, '12% slower': 30 }, 30, 0.01)
    const { line } = characterize(
      {
        recorded,
        fresh: { decisions: few, conditions: [] },
        earlier: { decisions: earlier, conditions: [] },
      },
      [],
    )
    expect(line).toContain('10 % faster accepted 30 of 30')
    expect(line).toContain('naive rule accepted A/A 0 of 100')
  })

  it('claim a goal only where the whole interval meets it, and else state what is shown so far', () => {
    const page = (none: number) =>
      renderPage(characterizeFresh(simulateDecisions({ none }, 10, 0.005)))
    expect(page(100)).toMatch(
      /\| none \(A\/A\) \| accepted ≤ 0\.5 % \| fresh evaluations \| .*0 of 100 \(quiet 0 of 67, 2 hogs 0 of 33\) \| met; shown so far: ≤ 3\.6 % \|/,
    )
    expect(page(740)).toMatch(
      /\| none \(A\/A\) \| accepted ≤ 0\.5 % \| fresh evaluations \| .*0 of 740 .*\| shown \|/,
    )
    expect(page(100)).toContain(
      'Decisions so far, of those planned: none (A/A) 100 of 736, 3 % faster 0 of 184',
    )
  })
})
