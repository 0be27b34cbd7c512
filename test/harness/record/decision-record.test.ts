import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Criterion } from '../../../harness/contract.js'
import type { CalibrationQuote, Evidence } from '../../../harness/evidence/evidence.js'
import type { ArmHotspots } from '../../../harness/evidence/hotspots-schema.js'
import { renderDecision } from '../../../harness/record/decision-markdown.js'
import {
  type DecisionRecord,
  decisionRecordSchema,
  recordText,
  toDecisionRecord,
} from '../../../harness/record/decision-record.js'
import { renderIndex } from '../../../harness/record/index-page.js'
import { toSequenceStep } from '../../../harness/record/sequence-record.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { openWorkloads } from '../../../harness/verdict/decide.js'
import { toLogChange } from '../../../harness/verdict/sequence-changes.js'
import { hotspotsOf, sampledArm } from '../profile/sampled-arms.js'
import { sequenceOf, summedSequence } from '../verdict/sequences.js'
import { planWith, type Simulation, sha, simulateEvidence } from '../verdict/simulated-evidence.js'
import { schemaText } from './schema-text.js'

/** Golden records: `npm run goldens` rewrites them; a reviewer opens them. */
const golden = (name: string) => join(packageRoot(), 'test', 'golden', 'records', name)

const accepted = simulateEvidence({
  seed: 5,
  pairs: 10,
  improvement: { 'grid-search': 0.4 },
  noise: 0.02,
})

const control = simulateEvidence(
  {
    seed: 6,
    pairs: 40,
    improvement: { 'grid-search': 0.05, 'walk-forward': -0.09 },
    incumbent: 0.3,
    noise: 0.05,
    memory: 0.05,
  },
  planWith({
    id: '0003-layer2',
    layer: 'layer2',
    title: 'pooled bundles',
    supersedes: '0002-layer2',
    arms: ['baseline', 'incumbent', 'candidate'],
    stacks: { baseline: [], incumbent: ['layer1'], candidate: ['layer1', 'layer2'] },
    injected: { improvement: 0.12, arm: 'incumbent' },
    git: { commit: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', dirty: true },
  }),
)

const rejectedPlan = planWith({
  id: '0004-layer3',
  layer: 'layer3',
  title: 'shared memory',
  workloads: planWith().workloads.map((workload) => ({ ...workload, role: 'target' as const })),
})
const rejected: Evidence = simulateEvidence(
  { seed: 7, pairs: 10, improvement: { 'grid-search': -0.2 }, noise: 0.02 },
  rejectedPlan,
)
const stopped: Evidence = {
  ...rejected,
  runs: rejected.runs.filter(({ workload, pair }) => workload === 'grid-search' || pair < 4),
}

/**
 * Both workloads profiled: a target whose gain is explained in part, and an unchanged guard.
 */
const targets = (category: string, share: number) => [
  {
    category,
    share,
    effort: 'small' as const,
    operations: ['assetFrame (engine/portal/frame.ts:12)'],
  },
]
const profiled: Evidence = {
  ...simulateEvidence(
    { seed: 5, pairs: 10, improvement: { 'grid-search': 0.4 }, noise: 0.02 },
    planWith({
      id: '0011-layer4',
      layer: 'layer4',
      stacks: { baseline: [], incumbent: [], candidate: ['layer4'] },
    }),
  ),
  hotspots: {
    'grid-search': hotspotsOf('grid-search', [
      sampledArm(
        'baseline',
        {
          loading: 180,
          filtering: 90,
          ledger: 120,
          'frame construction': 60,
          GC: 20,
          other: 9,
          nothing: 1,
        },
        { overheadToComputation: 30.4, next: targets('filtering', 0.1875) },
      ),
      inlining(
        sampledArm(
          'candidate',
          {
            loading: 70,
            filtering: 10,
            ledger: 130,
            'frame construction': 62,
            GC: 15,
            other: 3,
            nothing: 1,
          },
          { overheadToComputation: 17.9, next: targets('frame construction', 0.213) },
        ),
        'ledger',
        0.3,
      ),
    ]),
    'walk-forward': hotspotsOf('walk-forward', [
      sampledArm('baseline', { loading: 50, ledger: 40, other: 10 }),
      sampledArm('candidate', { loading: 51, ledger: 41, other: 9 }),
    ]),
  },
  digests: Object.fromEntries(
    [
      'plan.json',
      'runs.jsonl',
      ...['baseline', 'candidate', 'difference'].map((name) => `grid-search/${name}.svg`),
    ].map((name) => [name, sha(name)]),
  ),
}

/** A category that V8 assigns differently with inlining. */
function inlining(arm: ArmHotspots, name: string, inlinedShare: number): ArmHotspots {
  const categories = arm.categories.map((one) =>
    one.name === name ? { ...one, inlinedShare, differs: true as const } : one,
  )
  return { ...arm, categories }
}

const different: Evidence = {
  ...accepted,
  plan: planWith({ id: '0005-layer1', git: null }),
  equivalence: {
    kind: 'different',
    digests: accepted.equivalence.digests,
    divergence: {
      workload: 'grid-search',
      seed: 20251023,
      arm: 'candidate',
      at: { backtest: 'fast=5 slow=60', asset: 'A03', session: '2014-03-04' },
      field: 'price',
      baseline: '101.45',
      candidate: '101.46',
    },
  },
  runs: [],
}

/** One workload on a quiet, calibrated host, judged by another criterion. */
function judgedBy(
  number: number,
  criterion: Criterion,
  change: Partial<Simulation> = {},
  quote?: CalibrationQuote,
): Evidence {
  const plan = planWith({
    id: `${String(number).padStart(4, '0')}-${criterion.kind}`,
    layer: criterion.kind,
    title: `a layer held to ${criterion.kind}`,
    hypothesis: 'Nothing gets slower, and what is counted stays within its limit.',
    criterion,
    stacks: { baseline: [], incumbent: [], candidate: [criterion.kind] },
    ...(quote && { calibration: quote }),
    errorRates:
      'Error rates of this rule, measured: A/A accepted 0 of 100 (≤ 3.6 %); naive rule accepted 14 of 100. docs/characteristics.md',
  })
  return simulateEvidence(
    { seed: number, pairs: 40, improvement: {}, noise: 0.01, ...change },
    plan,
  )
}

const calibrated: CalibrationQuote = {
  status: 'passed',
  madeAt: '2026-11-17T09:00:00.000Z',
  ageDays: 3.04,
  command: 'npm run calibrate',
  workloads: [
    { id: 'grid-search', effectiveSd: 0.012, class: 'GREEN' },
    { id: 'walk-forward', effectiveSd: 0.034, class: 'YELLOW' },
  ],
}

const kinds: readonly (readonly [string, Evidence])[] = [
  [
    'regression',
    judgedBy(
      6,
      { kind: 'regression', atMost: 0.1 },
      { improvement: { 'grid-search': -0.04 } },
      calibrated,
    ),
  ],
  [
    'equivalence',
    judgedBy(
      7,
      { kind: 'equivalence', within: 0.02 },
      { noise: 0.02 },
      { ...calibrated, status: 'stale', ageDays: 45.2 },
    ),
  ],
  [
    'non-inferiority',
    judgedBy(
      8,
      { kind: 'non-inferiority', atMost: 0.3 },
      { improvement: { 'grid-search': -0.5 } },
      { ...calibrated, workloads: [] },
    ),
  ],
  [
    'budget',
    judgedBy(9, { kind: 'budget', counter: 'pre-grouped.hitRate', atLeast: 0.6 }, {}, calibrated),
  ],
  [
    'budget-held',
    judgedBy(
      10,
      { kind: 'budget', counter: 'cpuMs', atMost: 500 },
      {},
      { ...calibrated, status: 'failed', ageDays: 0.4 },
    ),
  ],
]

/**
 * A summary: accepted layers, one with different results, and a heavy layer that is not needed.
 */
const summed: Evidence = {
  ...simulateEvidence(
    {
      seed: 12,
      pairs: 20,
      improvement: { 'grid-search': 0.62, 'walk-forward': 0.55 },
      noise: 0.03,
      memory: 0.05,
    },
    planWith({
      id: '0012-all',
      layer: 'all',
      title: 'all accepted layers together',
      hypothesis: 'The accepted layers make every workload at least 40 % faster.',
      criterion: { kind: 'improvement', atLeast: 0.4 },
      stacks: { baseline: [], incumbent: [], candidate: ['layer1', 'layer2'] },
      regime: { looks: [20], fixed: true, alpha: 0.05, memory: 'advisory' },
      workloads: planWith().workloads.map((workload) => ({ ...workload, role: 'target' as const })),
    }),
  ),
  sequence: summedSequence,
}

const nothingAccepted: Evidence = {
  ...summed,
  plan: {
    ...summed.plan,
    id: '0013-all',
    stacks: { baseline: [], incumbent: [], candidate: [] },
    supersedes: '0012-all',
  },
  equivalence: { kind: 'equal', digests: [] },
  runs: [],
  sequence: sequenceOf([{ id: 'layer1', verdict: 'rejected' }]),
}

const all: readonly (readonly [string, Evidence])[] = [
  ['accepted', accepted],
  ['control', control],
  ['rejected', stopped],
  ['not-equivalent', different],
  ...kinds,
  ['profiled', profiled],
  ['summary', summed],
  ['nothing-accepted', nothingAccepted],
]
const records = all.map(([, evidence]) => toDecisionRecord(evidence))

describe('golden records', () => {
  it.each(all)('%s', async (name, evidence) => {
    const record = toDecisionRecord(evidence)
    await expect(recordText(record)).toMatchFileSnapshot(golden(`${name}.json`))
    await expect(renderDecision(record, records)).toMatchFileSnapshot(golden(`${name}.md`))
  })

  it('index', async () => {
    const superseded = { ...records[1]!, id: '0002-layer2', supersedes: null }
    await expect(
      renderIndex([...records, superseded].reverse(), ['0006-layer4']),
    ).toMatchFileSnapshot(golden('index.md'))
    expect(renderIndex([], [])).toContain('Nothing has been decided yet.')
  })
})

/** HTML that a page itself does not write. */
const HTML = /<(?!br>|\/?details>|\/?summary>| )/

const one: Evidence = {
  ...rejected,
  runs: rejected.runs.filter(({ workload: id, pair }) => id === 'grid-search' || pair < 2),
}

describe('a record', () => {
  it.each(all)(
    '%s is a function of its evidence, whatever the order of its files',
    (_, evidence) => {
      const again: Evidence = structuredClone({
        ...evidence,
        digests: Object.fromEntries(Object.entries(evidence.digests).reverse()),
      })
      expect(recordText(toDecisionRecord(again))).toBe(recordText(toDecisionRecord(evidence)))
    },
  )

  it.each(all)('%s reads back as it was written', (_, evidence) => {
    const record = toDecisionRecord(evidence)
    const back = decisionRecordSchema.parse(JSON.parse(recordText(record)))
    expect(back).toEqual(record)
    expect(recordText(back)).toBe(recordText(record))
    expect(renderDecision(back, [])).toBe(renderDecision(record, []))
  })

  it('has the documented fields', () => {
    const record = toDecisionRecord(accepted)
    expect(record).toMatchObject({
      schema: 'assay/decision@1',
      id: '0001-layer1',
      date: '2026-11-20',
      recordVersion: 3,
      supersedes: null,
      criterion: { kind: 'improvement', atLeast: 0.05 },
      verdict: 'accepted',
      equivalence: {
        kind: 'equal',
        seeds: [20251022, 20251023, 20251024],
        digests: 12,
        measuredRuns: 40,
      },
    })
    const [workload] = record.workloads
    expect(workload).toMatchObject({
      pairs: 10,
      verdict: 'accepted',
      reasons: ['certified-improvement'],
      warnings: [],
      work: { unit: 'bars' },
      hitRates: { 'pre-grouped': 48120 / (48120 + 252) },
      memory: { verdict: 'within' },
      noise: { class: 'GREEN' },
    })
    expect(workload!.improvement!.certifiedAtLeast).toBe(-Math.expm1(workload!.looks[0]!.upper))
    expect(workload!.welch!.t).toBeGreaterThan(0)
    expect(workload!.paired!.t).toBeLessThan(0)
    expect(workload!.wilcoxon).toMatchObject({ w: 0, method: 'exact' })
    expect(workload!.mannWhitney).toMatchObject({ u: 100, method: 'exact' })
    expect(workload!.naive!.wouldAccept).toBe(true)
    expect(workload!.hodgesLehmann).toBeCloseTo(0.4, 1)
    expect(workload!.effectSize).toBeGreaterThan(5)
    expect(record.cumulative!.improvement).toBeCloseTo(workload!.improvement!.estimate, 12)
    expect(record.cumulative!.ci95![0]).toBeCloseTo(workload!.improvement!.ci95![0]!, 12)
  })

  it('compares with the incumbent and with the pure baseline', () => {
    const [workload] = toDecisionRecord(control).workloads
    expect(workload!.against).toBe('incumbent')
    expect(workload!.improvement!.estimate).toBeLessThan(0.1)
    expect(workload!.cumulative!.improvement).toBeGreaterThan(0.3)
    expect(workload!.welch!.t).toBeGreaterThan(workload!.welchIncumbent!.t)
    const { improvement, paired, wall } = workload!.againstBaseline!
    expect(improvement.estimate).toBe(workload!.cumulative!.improvement)
    expect(improvement.ci95).toEqual(workload!.cumulative!.ci95)
    expect(improvement.p).toBeLessThan(1e-6)
    expect(paired!.t).toBeLessThan(workload!.paired!.t)
    expect(wall!.ci95).toHaveLength(2)
    expect(toDecisionRecord(accepted).workloads[0]).not.toHaveProperty('againstBaseline')
  })

  it('of version 2 is derived as it was written', () => {
    const record = toDecisionRecord(control, 2)
    expect(record.recordVersion).toBe(2)
    expect(record.workloads[0]).not.toHaveProperty('againstBaseline')
    expect(renderDecision(record, [])).not.toContain(
      'against the pure baseline [95 %, single look]',
    )
    expect(renderDecision(record, [])).toMatch(/\| grid-search \| baseline \|.* \| — \|$/m)
    expect(decisionRecordSchema.parse(JSON.parse(recordText(record)))).toEqual(record)
  })

  it('leaves out fields that do not exist', () => {
    const flat: Evidence = {
      ...accepted,
      runs: accepted.runs.map((run) => {
        const { peakRssBytes: _, work: __, ...rest } = run as Extract<typeof run, { cpuMs: number }>
        return {
          ...rest,
          cpuMs: run.arm === 'candidate' ? 45 : 50,
          wallMs: run.arm === 'candidate' ? 45 : 50,
          counters: {},
        }
      }),
    }
    const [workload] = toDecisionRecord(flat).workloads
    for (const absent of [
      'welch',
      'paired',
      'shapiro',
      'effectSize',
      'naive',
      'memory',
      'work',
      'counters',
      'hitRates',
      'cumulative',
    ] as const) {
      expect(workload).not.toHaveProperty(absent)
    }
    expect(workload!.improvement).not.toHaveProperty('p')
    expect(workload!.improvement).not.toHaveProperty('ci95')
    expect(workload!.warnings.map(({ code }) => code)).toContain('zero-variance')
    expect(renderDecision(toDecisionRecord(flat), [])).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('states where the time of the first profiled target went, and how far the gain of each workload is explained', () => {
    const record = toDecisionRecord(profiled)
    expect(record.recordVersion).toBe(3)
    expect(record.profile).toMatchObject({
      workload: 'grid-search',
      overheadToComputation: { baseline: 30.4, candidate: 17.9 },
      categories: expect.arrayContaining([
        { name: 'loading', baseline: 180 / 480, candidate: 70 / 291 },
      ]),
    })
    const [grid, walk] = record.workloads
    const { gain, categories, next } = grid!.profile!
    expect(gain!.measured).toBe(grid!.improvement!.estimate)
    expect(gain!.profiled).toBeCloseTo(1 - 291 / 480, 12)
    expect(gain!.explained).toBeCloseTo((189 - 6) / 480 / gain!.measured, 12)
    expect(gain!.explained! + gain!.left!).toBeCloseTo(1, 12)
    expect(categories.find(({ name }) => name === 'filtering')!.shareOfGain).toBeCloseTo(
      80 / 480 / gain!.measured,
      12,
    )
    expect(categories.flatMap(({ withInlining }) => withInlining ?? [])).toEqual([
      { candidate: 0.3 },
    ])
    expect(next.candidate![0]).toMatchObject({ category: 'frame construction', effort: 'small' })
    expect(walk!.profile!.gain).not.toHaveProperty('explained')
    expect(toDecisionRecord(accepted)).not.toHaveProperty('profile')
  })

  it('warns where the profiles show another gain than the runs, and keeps its verdict', () => {
    const { hotspots } = profiled
    const idle = hotspotsOf('grid-search', [
      sampledArm('baseline', { loading: 100 }),
      sampledArm('candidate', { loading: 99 }),
    ])
    const doubtful = toDecisionRecord({
      ...profiled,
      hotspots: { ...hotspots, 'grid-search': idle },
    })
    expect(doubtful.workloads[0]!.warnings.map(({ code }) => code)).toEqual(['profile-disagrees'])
    expect(doubtful.verdict).toBe('accepted')
    expect(toDecisionRecord(profiled).workloads[0]!.warnings).toEqual([])
  })

  it('has no gain below two pairs, and only profiles of its own workloads', () => {
    const hotspots = {
      constructor: profiled.hotspots!['grid-search']!,
      'walk-forward': profiled.hotspots!['walk-forward']!,
    }
    const [grid, walk] = toDecisionRecord({ ...one, hotspots }).workloads
    expect(grid).not.toHaveProperty('profile')
    expect(walk!.profile).not.toHaveProperty('gain')
  })

  it('has statistics of a workload whose measuring stopped early', () => {
    const [, workload] = toDecisionRecord(stopped).workloads
    expect(workload).toMatchObject({
      pairs: 3,
      looks: [],
      verdict: 'inconclusive',
      reasons: ['not-needed'],
    })
    expect(workload!.improvement).not.toHaveProperty('certifiedAtLeast')
    expect(toDecisionRecord(one).workloads[1]).not.toHaveProperty('improvement')
    expect(renderDecision(toDecisionRecord(one), [])).toContain(
      '| walk-forward | — | — | — | — | ≥ 5 % faster | stopped early |',
    )
  })
})

describe('a summary', () => {
  it('measures the layers its sequence accepted, and no others', () => {
    const { sequence: _, ...without } = summed
    expect(() => toDecisionRecord(without)).toThrow(
      /plan\.json of 0012-all sums up layers, but sequence\.json is missing/,
    )
    expect(() => toDecisionRecord({ ...accepted, sequence: summedSequence })).toThrow(
      /evaluates one layer, but a sequence\.json exists/,
    )
    const stacks = { baseline: [], incumbent: [], candidate: ['layer1'] }
    expect(() => toDecisionRecord({ ...summed, plan: { ...summed.plan, stacks } })).toThrow(
      /measures other layers than/,
    )
    const begun = sequenceOf([{ id: 'layer1' }])
    expect(() => toDecisionRecord({ ...summed, sequence: begun })).toThrow(
      /sums up a sequence in which layer1 is missing/,
    )
    expect(() => toDecisionRecord({ ...nothingAccepted, runs: summed.runs })).toThrow(
      /holds runs, but no layer was accepted/,
    )
  })

  it('is rejected where every layer was, and inconclusive where one was undecided', () => {
    expect(toDecisionRecord(nothingAccepted)).toMatchObject({
      verdict: 'rejected',
      reasons: ['nothing-accepted'],
    })
    const undecided = sequenceOf([{ id: 'layer1', verdict: 'inconclusive', gain: 0.04, se: 0.1 }])
    expect(toDecisionRecord({ ...nothingAccepted, sequence: undecided })).toMatchObject({
      verdict: 'inconclusive',
    })
  })

  it('measures every workload to its one look, though another target missed the goal: its figure is the official one', () => {
    const missed = simulateEvidence(
      { seed: 3, pairs: 20, improvement: { 'walk-forward': 0.55 }, noise: 0.02 },
      summed.plan,
    )
    const begun = missed.runs.filter(
      ({ workload, pair }) => workload === 'grid-search' || pair < 20,
    )
    expect(openWorkloads(summed.plan, begun)).toEqual(['walk-forward'])
    expect(() => toDecisionRecord({ ...missed, runs: begun, sequence: summedSequence })).toThrow(
      /measuring ended before walk-forward was decided/,
    )
    const record = toDecisionRecord({ ...missed, sequence: summedSequence })
    expect(record.workloads.map(({ pairs, verdict }) => [pairs, verdict])).toEqual([
      [20, 'rejected'],
      [20, 'accepted'],
    ])
  })

  it('keeps the figures of each record: a step gives back its estimates', () => {
    const step = toSequenceStep(toDecisionRecord(control), sha('x'))
    expect(step).toMatchObject({ record: '0003-layer2', equivalent: true, incumbent: ['layer1'] })
    const [workload] = toDecisionRecord(control).workloads
    expect(step.workloads[0]!.additional!.improvement).toBe(workload!.improvement!.estimate)
    expect(step.workloads[0]!.cumulative!.improvement).toBe(workload!.cumulative!.improvement)
    const { m, se, df } = toLogChange(step.workloads[0]!.additional!)
    const look = workload!.looks.at(-1)!
    expect([m / look.m, se / look.se, df / look.df]).toEqual(
      [1, 1, 1].map((one) => expect.closeTo(one, 8)),
    )
    expect(toSequenceStep(toDecisionRecord(different), sha('x'))).toMatchObject({
      equivalent: false,
      workloads: [],
    })
  })
})

describe('the data of the runs', () => {
  const data = [1, 2].map((seed) => ({
    workload: 'grid',
    seed,
    arm: 'baseline' as const,
    name: `prices-${seed}`,
    version: `version ${seed}`,
  }))
  const equivalence = { ...accepted.equivalence, data }

  it('stands in the record and on its page, by name and version', () => {
    const record = toDecisionRecord({ ...accepted, equivalence })
    expect(record.data).toEqual(data)
    expect(decisionRecordSchema.parse(record).data).toEqual(data)
    expect(renderDecision(record, [record])).toContain('| prices-2 | grid | 2 | version 2 |')
  })

  it('leaves no field where no workload states it, as in the records before', () => {
    const record = toDecisionRecord(accepted)
    expect(record).not.toHaveProperty('data')
    expect(renderDecision(record, [record])).not.toContain('| data |')
  })
})

describe('the published JSON Schema', () => {
  it('is the one records are checked with', async () => {
    const schema = z.toJSONSchema(decisionRecordSchema, { target: 'draft-2020-12' })
    const file = join(packageRoot(), 'harness', 'record', 'decision.schema.json')
    await expect(schemaText(schema)).toMatchFileSnapshot(file)
  })
})

describe('markdown of hostile names', () => {
  const nasty = 'a|b`c`\n<script>alert(1)</script> [x](javascript:1) ```\n| --- |'
  const long = 'x'.repeat(500)
  const hostile: DecisionRecord = toDecisionRecord({
    ...accepted,
    plan: planWith({
      title: nasty,
      layer: long,
      hypothesis: `# ${nasty}`,
      command: `assay evaluate ${nasty}`,
      supersedes: long,
    }),
    environment: { ...accepted.environment, cpuModel: nasty },
    digests: { [nasty]: sha('x') },
  })
  const page = renderDecision(hostile, [])
  const counted: DecisionRecord = toDecisionRecord({
    ...accepted,
    plan: planWith({
      criterion: { kind: 'budget', counter: nasty, atMost: 10 },
      calibration: { status: 'missing', command: nasty, workloads: [] },
      errorRates: nasty,
    }),
    runs: accepted.runs.map((run) =>
      'counters' in run ? { ...run, counters: { [nasty]: 5 } } : run,
    ),
  })

  const spent: DecisionRecord = toDecisionRecord({
    ...profiled,
    plan: planWith({
      workloads: profiled.plan.workloads.map((workload, index) => ({
        ...workload,
        id: [nasty, long][index]!,
        role: 'target',
      })),
    }),
    runs: profiled.runs.map((run) => ({
      ...run,
      workload: run.workload === 'grid-search' ? nasty : long,
    })),
    equivalence: {
      ...profiled.equivalence,
      digests: profiled.equivalence.digests.map((entry) => ({
        ...entry,
        workload: entry.workload === 'grid-search' ? nasty : long,
      })),
    } as Evidence['equivalence'],
    hotspots: Object.fromEntries(
      [nasty, long].map((name) => [
        name,
        hotspotsOf(name, [
          sampledArm(
            'baseline',
            { [nasty]: 60, [long]: 40 },
            {
              next: [
                {
                  category: nasty,
                  share: 0.6,
                  effort: 'small',
                  operations: [`${nasty} (${long}.ts:1)`],
                },
              ],
            },
          ),
          sampledArm('candidate', { [nasty]: 30, [long]: 30 }, { next: targets(long, 0.5) }),
        ]),
      ]),
    ),
    digests: Object.fromEntries([nasty, long].map((name) => [`${name}/difference.svg`, sha(name)])),
  })

  it('keeps HTML, cells and code out', () => {
    const budget = renderDecision(counted, [])
    expect(budget.replace(/```[\s\S]*?```/g, '')).not.toMatch(HTML)
    expect(budget.match(/a\\\|b/g)!.length).toBeGreaterThan(5)
    expect(budget.match(/^```$/gm)).toHaveLength(2)
    expect(page.split('```\n')[0]).not.toMatch(HTML)
    expect(page).toContain(
      'a\\|b\\`c\\` &lt;script&gt;alert(1)&lt;/script&gt; \\[x\\](javascript:1)',
    )
    expect(page).not.toContain(long)
    expect(page.match(/^```$/gm)).toHaveLength(2)
    const profile = renderDecision(spent, [])
    expect(profile).toContain('Where the time of a\\|b')
    expect(profile).toContain('Next to optimize')
    expect(profile.replace(/```[\s\S]*?```/g, '').replaceAll(/sha256:\w+/g, '')).not.toMatch(HTML)
    expect(profile.replace(/\]\([^)\s]*\)/g, '')).not.toContain(long)
    for (const [, target] of profile.matchAll(/\[difference\]\(([^)]*)\)/g))
      expect(target).toMatch(/^[\w./%-]+difference\.svg$/)
    expect(profile.match(/^```$/gm)).toHaveLength(2)
  })

  it('keeps every table rectangular', () => {
    const pages = [page, renderDecision(counted, []), renderDecision(spent, [])].join('\n\n')
    for (const table of pages.split('\n\n').filter((block) => block.startsWith('|'))) {
      const widths = table
        .trimEnd()
        .split('\n')
        .map((row) => row.replace(/\\\|/g, '').split('|').length)
      expect(new Set(widths).size, table).toBe(1)
    }
    const index = renderIndex([hostile, counted], [nasty])
    expect(index.split('\n').filter((line) => line.startsWith('| ['))).toHaveLength(2)
    expect(index).not.toContain('<script>')
  })
})
