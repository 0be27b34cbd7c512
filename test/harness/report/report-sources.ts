import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Criterion } from '../../../harness/contract.js'
import type { CalibrationQuote, Evidence } from '../../../harness/evidence/evidence.js'
import type { Hotspots } from '../../../harness/evidence/hotspots-schema.js'
import { toDecisionRecord } from '../../../harness/record/decision-record.js'
import type { WorkloadProfile } from '../../../harness/report/profile-source.js'
import { type ReportSource, toReportSource } from '../../../harness/report/report-source.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { sequenceOf, summedSequence } from '../verdict/sequences.js'
import { planWith, type Simulation, sha, simulateEvidence } from '../verdict/simulated-evidence.js'

const picture = (name: string) =>
  readFileSync(join(packageRoot(), 'test', 'golden', 'pictures', name), 'utf8')

/** The source of a report, made from evidence. */
export function sourceOf(
  measured: Evidence,
  profiles: readonly WorkloadProfile[] = [],
): ReportSource {
  const hotspots = Object.fromEntries(
    profiles.map(({ workload, hotspots }) => [workload, hotspots]),
  )
  const evidence = profiles.length === 0 ? measured : { ...measured, hotspots }
  const record = toDecisionRecord(evidence)
  return toReportSource({ record, records: [record], evidence, profiles })
}

export const accepted = simulateEvidence({
  seed: 5,
  pairs: 10,
  improvement: { 'grid-search': 0.4 },
  noise: 0.02,
})

const rejected = simulateEvidence(
  { seed: 7, pairs: 10, improvement: { 'grid-search': -0.2 }, noise: 0.02 },
  planWith({
    workloads: planWith().workloads.map((workload) => ({ ...workload, role: 'target' as const })),
  }),
)

const calibrated: CalibrationQuote = {
  status: 'passed',
  madeAt: '2026-11-17T09:00:00.000Z',
  ageDays: 3.04,
  command: 'npm run calibrate',
  workloads: [{ id: 'grid-search', effectiveSd: 0.012, class: 'GREEN' }],
}

function judgedBy(
  criterion: Criterion,
  change: Partial<Simulation> = {},
  calibration = calibrated,
): Evidence {
  const simulation = { seed: 6, pairs: 40, improvement: {}, noise: 0.01, ...change }
  return simulateEvidence(
    simulation,
    planWith({ criterion, calibration, errorRates: 'Error rates: A/A accepted 0 of 100.' }),
  )
}

/** Runs without the fields that some hosts cannot provide, and without noise. */
function bare(evidence: Evidence): Evidence {
  return {
    ...evidence,
    runs: evidence.runs.map((run) => {
      if ('error' in run) return run
      const { peakRssBytes: _, work: __, waitShare: ___, foreignLoad: ____, ...rest } = run
      const time = run.arm === 'candidate' ? 45 : 50
      return { ...rest, cpuMs: time, wallMs: time, counters: {} }
    }),
  }
}

/** Every kind of evaluation that has a report, by name. */
export const EVALUATIONS: Readonly<Record<string, Evidence>> = {
  accepted,
  rejected,
  'stopped early': {
    ...rejected,
    runs: rejected.runs.filter(({ workload, pair }) => workload === 'grid-search' || pair < 4),
  },
  'one pair': {
    ...rejected,
    runs: rejected.runs.filter(({ workload, pair }) => workload === 'grid-search' || pair < 2),
  },
  inconclusive: simulateEvidence({
    seed: 9,
    pairs: 40,
    improvement: { 'grid-search': 0.06 },
    noise: 0.2,
  }),
  'injected, with an incumbent': simulateEvidence(
    {
      seed: 6,
      pairs: 40,
      improvement: { 'grid-search': 0.05, 'walk-forward': -0.09 },
      incumbent: 0.3,
      noise: 0.05,
      memory: 0.05,
    },
    planWith({
      arms: ['baseline', 'incumbent', 'candidate'],
      stacks: { baseline: [], incumbent: ['layer1'], candidate: ['layer1', 'layer2'] },
      injected: { improvement: 0.12, arm: 'incumbent' },
      git: { commit: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', dirty: true },
    }),
  ),
  'not equivalent': {
    ...accepted,
    equivalence: {
      kind: 'different',
      digests: accepted.equivalence.digests,
      divergence: {
        workload: 'grid-search',
        seed: 20251023,
        arm: 'candidate',
        at: { asset: 'A03' },
        field: 'price',
        baseline: '101.45',
        candidate: '101.46',
      },
    },
    runs: [],
  },
  'no noise, no memory, no counters': bare(accepted),
  'voided and failed pairs': {
    ...accepted,
    runs: [
      ...accepted.runs,
      ...accepted.runs.slice(0, 1).map((run) => ({
        ...run,
        pair: 11,
        error: 'exit code 1',
        startedAt: '2026-11-20T10:00:00.000Z',
      })),
    ].map((run) =>
      'error' in run
        ? {
            workload: run.workload,
            pair: run.pair,
            arm: run.arm,
            error: run.error,
            startedAt: run.startedAt,
          }
        : run,
    ),
  },
  regression: judgedBy(
    { kind: 'regression', atMost: 0.1 },
    { improvement: { 'grid-search': -0.04 } },
  ),
  equivalence: judgedBy(
    { kind: 'equivalence', within: 0.02 },
    { noise: 0.02 },
    { ...calibrated, status: 'stale', ageDays: 45.2 },
  ),
  'non-inferiority': judgedBy(
    { kind: 'non-inferiority', atMost: 0.3 },
    { improvement: { 'grid-search': -0.5 } },
  ),
  budget: judgedBy({ kind: 'budget', counter: 'pre-grouped.hitRate', atLeast: 0.6 }),
  'budget, calibration failed': judgedBy(
    { kind: 'budget', counter: 'cpuMs', atMost: 500 },
    {},
    { ...calibrated, status: 'failed' },
  ),
  summary: {
    ...simulateEvidence(
      {
        seed: 12,
        pairs: 20,
        improvement: { 'grid-search': 0.62, 'walk-forward': 0.55 },
        noise: 0.03,
        memory: 0.05,
      },
      planWith({
        layer: 'all',
        criterion: { kind: 'improvement', atLeast: 0.4 },
        stacks: { baseline: [], incumbent: [], candidate: ['layer1', 'layer2'] },
        regime: { looks: [20], fixed: true, alpha: 0.05, memory: 'advisory' },
      }),
    ),
    sequence: summedSequence,
  },
  'summary of nothing': {
    ...accepted,
    plan: planWith({ layer: 'all', stacks: { baseline: [], incumbent: [], candidate: [] } }),
    equivalence: { kind: 'equal', digests: [] },
    runs: [],
    sequence: sequenceOf([{ id: 'layer1', verdict: 'rejected' }]),
  },
  'budget not counted': judgedBy({ kind: 'budget', counter: 'nothing', atMost: 1 }),
}

/** Hot spots of both arms, with `text` in place of every text. */
export function hotspotsNaming(text: string): Hotspots {
  const place = { name: text, file: text, line: 7 }
  const arm = (name: 'baseline' | 'candidate', cpuMs: number): Hotspots['arms'][number] => ({
    arm: name,
    stack: name === 'baseline' ? [] : [text],
    passes: 3,
    cpuMs,
    sampledMs: cpuMs * 1.1,
    referenceCpuMs: 20,
    overheadToComputation: cpuMs / 20 - 1,
    categories: [
      {
        name: text,
        share: 0.75,
        inlinedShare: 0.6,
        differs: true,
        cpuMs: cpuMs * 0.75,
        allocatedBytes: 5e6,
      },
      { name: 'other', share: 0.25, inlinedShare: 0.25, cpuMs: cpuMs * 0.25, allocatedBytes: 0 },
    ],
    operations: [
      { ...place, category: text, share: 0.5, cpuMs: cpuMs / 2, calls: 1234, bottleneck: true },
    ],
    functions: [
      {
        ...place,
        kind: 'js',
        selfShare: 0.5,
        totalShare: 0.9,
        calls: 12,
        lines: [
          { line: 9, share: 0.3 },
          { line: 8, share: 0.2 },
        ],
      },
      { name: text, kind: 'native', selfShare: 0.1, totalShare: 0.1 },
    ],
    modules: [{ module: text, selfShare: 0.6 }],
    allocators: [{ ...place, category: text, bytes: 4096, share: 1 }],
    next: [{ category: text, share: 0.5, effort: 'small', operations: [text, text] }],
    warnings: [{ code: 'few-samples', hint: text }],
  })
  return {
    schema: 'assay/hotspots@1',
    suite: text,
    workload: text,
    title: text,
    content: text,
    scale: 'standard',
    seed: 1,
    intervalMicros: 250,
    node: '20.20.2',
    arms: [arm('baseline', 200), arm('candidate', 120)],
    gain: {
      against: 'baseline',
      measured: 0.4,
      profiled: 0.4,
      categories: [
        { name: text, saved: 0.3, share: 0.75 },
        { name: 'other', saved: 0.1, share: 0.25 },
      ],
      explained: 0.75,
      left: 0.25,
      warnings: [],
    },
    changes: {
      against: 'baseline',
      processes: [3, 3],
      tested: 50,
      significant: 1,
      functions: [
        {
          ...place,
          kind: 'js',
          beforeMs: 90,
          afterMs: 30,
          changeMs: [-65, -55],
          significant: true,
        },
        { name: text, kind: 'gc', beforeMs: 5, afterMs: 6, changeMs: [-1, 3] },
      ],
    },
  }
}

/** A profile with real pictures. */
export function profileOf(workload: string, text = workload): WorkloadProfile {
  return {
    workload,
    hotspots: hotspotsNaming(text),
    pictures: [
      { name: 'difference', path: `${workload}/difference.svg`, svg: picture('difference.svg') },
      { name: 'baseline', path: `${workload}/baseline.svg`, svg: picture('flame-graph.svg') },
      { name: 'candidate', path: `${workload}/candidate.svg`, svg: picture('flame-graph.svg') },
    ],
  }
}

/** Evidence with `text` in place of every text a user can choose. */
export function evidenceNaming(text: string): Evidence {
  const plan = planWith({
    title: text,
    layer: text,
    hypothesis: text,
    suite: text,
    command: text,
    packageVersion: text,
    supersedes: text,
    stacks: { baseline: [], incumbent: [], candidate: [text] },
    criterion: { kind: 'budget', counter: text, atMost: 10 },
    calibration: { status: 'missing', command: text, workloads: [] },
    errorRates: text,
    nodeFlags: [text],
    workloads: planWith()
      .workloads.slice(0, 1)
      .map((workload) => ({ ...workload, id: text, title: text, content: text })),
  })
  const simulated = simulateEvidence(
    { seed: 5, pairs: 10, improvement: { [text]: 0.4 }, noise: 0.02 },
    plan,
  )
  return {
    ...simulated,
    environment: {
      ...simulated.environment,
      cpuModel: text,
      kernel: text,
      platform: text,
      governor: text,
      fallbacks: [text],
    },
    runs: simulated.runs.map((run) =>
      'counters' in run ? { ...run, counters: { [text]: 5 } } : run,
    ),
    digests: { [text]: sha('x') },
  }
}
