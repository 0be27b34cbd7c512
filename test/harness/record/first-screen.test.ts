import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../../harness/evidence/evidence.js'
import { decidingInterval, sureness } from '../../../harness/record/deciding-interval.js'
import { renderDecision } from '../../../harness/record/decision-markdown.js'
import { toDecisionRecord } from '../../../harness/record/decision-record.js'
import { renderIndex } from '../../../harness/record/index-page.js'
import { sequenceRows } from '../../../harness/record/sequence-text.js'
import { standingRecords, supersededRecords } from '../../../harness/record/supersession.js'
import { sequenceOf } from '../verdict/sequences.js'
import { planWith, type Simulation, simulateEvidence } from '../verdict/simulated-evidence.js'

function evidenceOf(change: Partial<Simulation> = {}, plan = planWith()): Evidence {
  const simulation = { seed: 5, pairs: 10, improvement: { 'grid-search': 0.4 }, noise: 0.02 }
  return simulateEvidence({ ...simulation, ...change }, plan)
}

const bothTargets = planWith().workloads.map((workload) => ({
  ...workload,
  role: 'target' as const,
}))
const accepted = toDecisionRecord(evidenceOf())
const fixed = toDecisionRecord(
  evidenceOf(
    {},
    planWith({ regime: { looks: [10], fixed: true, alpha: 0.05, memory: 'advisory' } }),
  ),
)

/** What stands before the first heading below the title. */
function screenOf(evidence: Evidence): string {
  return renderDecision(toDecisionRecord(evidence), []).split('\n## ')[0]!
}

/** The labels of the table of facts, in order. */
function labelsOf(screen: string): string[] {
  return screen
    .split('| | |\n|---|---|\n')[1]!
    .split('\n')
    .flatMap((line) => line.match(/^\| ([^|]*?) \|/)?.[1] ?? [])
}

describe('the first screen of a record', () => {
  it('answers in order: the verdict and its reason, how much faster, the cost, how sure, how to repeat it', () => {
    const screen = screenOf(evidenceOf({}, planWith({ workloads: bothTargets.slice(0, 1) })))
    expect(screen).toMatch(
      /\*\*Accepted\.\*\* Every target workload meets the criterion: improvement of at least 5 % in cpu time\./,
    )
    expect(screen).toMatch(
      /\| grid-search \| 40\d\.\d → 2\d\d\.\d ms \| \*\*\d\d\.\d % faster\*\* \| 3\d\.\d – 4\d\.\d % \| at least 3\d\.\d % faster \| ≥ 5 % faster \| accepted \|/,
    )
    expect(labelsOf(screen)).toEqual([
      'Same results',
      'Peak memory',
      'Guards',
      'How sure',
      'Valid for',
      'Repeat',
      'Made',
    ])
    expect(screen).toContain('10 of at most 40 pairs<br>one process after the other (adjacent)')
    expect(screen).toContain('passes 2–3 of a process · standard scale')
    expect(screen).toContain('check this record with `npx assay replay 0001`')
  })

  it('names the workload and the reason of a rejection, and that the other one stopped early', () => {
    const stopped = evidenceOf(
      { improvement: { 'grid-search': -0.2 }, seed: 7 },
      planWith({ workloads: bothTargets }),
    )
    const runs = stopped.runs.filter(({ workload, pair }) => workload === 'grid-search' || pair < 4)
    const screen = screenOf({ ...stopped, runs })
    expect(screen).toContain(
      '**Rejected.** A target workload does not meet the criterion: on grid-search, the upper bound of the improvement is below the threshold of 5 %.',
    )
    expect(screen).toMatch(/\| walk-forward \| .* \| — \| — \| ≥ 5 % faster \| stopped early \|/)
    expect(screen).not.toContain('undecided (')
  })

  it('names the design of the pairs that a plan states', () => {
    const workloads = bothTargets.map((workload) => ({
      ...workload,
      design: 'co-scheduled' as const,
    }))
    expect(screenOf(evidenceOf({}, planWith({ workloads })))).toContain(
      'the arms at the same time on one core (co-scheduled)',
    )
  })

  it('states the mean of a budget and not a change of times', () => {
    const criterion = { kind: 'budget', counter: 'pre-grouped.hits', atLeast: 20 } as const
    const evidence = evidenceOf({}, planWith({ criterion, workloads: bothTargets.slice(0, 1) }))
    const screen = screenOf(evidence)
    expect(screen).toMatch(/\| pre-grouped\.hits \*\*48,120\*\* \| .* \| ≥ 20 \| accepted \|/)
    expect(screen).not.toMatch(/faster|slower/)
    expect(renderIndex([toDecisionRecord(evidence)], [])).toContain(
      'grid-search pre-grouped.hits 48,120 (≥ 20) |',
    )
  })
})

describe('the interval that people read', () => {
  it('is that of the look that decided, which allows for all looks and is wider than that of one', () => {
    const [workload] = accepted.workloads
    const [low, high] = decidingInterval(workload!, accepted)!
    const look = workload!.looks.at(-1)!
    expect([low, high]).toEqual([-Math.expm1(look.upper), -Math.expm1(look.lower)])
    const [lower, upper] = workload!.improvement!.ci95 as [number, number]
    expect(low).toBeLessThan(lower)
    expect(high).toBeGreaterThan(upper)
    expect(sureness(accepted)).toBe('95 % over all looks')
  })

  it('is the ordinary one where the plan has one look, and its level is stated', () => {
    const [workload] = fixed.workloads
    for (const [index, end] of decidingInterval(workload!, fixed)!.entries())
      expect(end).toBeCloseTo(workload!.improvement!.ci95![index]!, 12)
    expect(sureness(fixed)).toBe('97.5 % at the one look')
  })

  it('does not exist without a look at all of the pairs', () => {
    const [workload] = accepted.workloads
    expect(decidingInterval({ ...workload!, looks: [] }, accepted)).toBeUndefined()
    expect(decidingInterval({ ...workload!, pairs: 13 }, accepted)).toBeUndefined()
  })

  it('is the only one above the details of a page', () => {
    const { ci95 } = accepted.workloads[0]!.improvement!
    const single = ci95!.map((bound) => (100 * bound).toFixed(1)).join(' – ')
    const [screen, ...details] = renderDecision(accepted, []).split('<details>')
    expect(screen).not.toContain(single)
    expect(details.join()).toContain(`[${single} %]`)
  })
})

describe('superseded records', () => {
  const chain = ['0001-a', '0002-b', '0003-a', '0004-a'].map((id, index) => ({
    ...accepted,
    id,
    supersedes: [null, null, '0001-a', '0003-a'][index]!,
  }))

  it('are folded beside their successor, the newest first, and have no row of their own', () => {
    expect(standingRecords(chain).map(({ id }) => id)).toEqual(['0002-b', '0004-a'])
    expect(supersededRecords(chain[3]!, chain).map(({ id }) => id)).toEqual(['0003-a', '0001-a'])
    const rows = renderIndex(chain, [])
      .split('\n')
      .filter((line) => line.startsWith('| ['))
    expect(rows).toHaveLength(2)
    expect(rows[1]).toMatch(
      /^\| \[0004\].*<details><summary>2 earlier<\/summary>\[0003\].*<br>\[0001\].*<\/details> \|$/,
    )
  })
})

describe('a layer with a budget in the table of a sequence', () => {
  it('is described by its counter, because its times were not judged', () => {
    const criterion = { kind: 'budget', counter: 'pre-grouped.hits', atLeast: 20 } as const
    const budget = {
      ...toDecisionRecord(
        evidenceOf({}, planWith({ criterion, workloads: bothTargets.slice(0, 1) })),
      ),
      id: '0001-layer1',
    }
    const summary = toDecisionRecord({
      ...evidenceOf({ pairs: 0 }, planWith({ layer: 'all', stacks: noStacks })),
      equivalence: { kind: 'equal', digests: [] },
      sequence: sequenceOf([{ id: 'layer1', verdict: 'rejected', gain: 0.3, se: 0.01 }]),
    })
    const cellOf = (records: (typeof budget)[]) => sequenceRows(summary, records).rows[0]![2]
    expect(cellOf([])).toMatch(/^\+30\.0 %/)
    expect(cellOf([budget])).toBe('pre-grouped.hits 48,120 (≥ 20)')
  })
})

const noStacks = { baseline: [], incumbent: [], candidate: [] }
