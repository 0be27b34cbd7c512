import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import type { EvaluationPlan } from '../../../harness/evidence/evidence.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { armOrder, notBefore, POSITIONS } from '../../../harness/measurement/schedule.js'
import { decide } from '../../../harness/verdict/decide.js'
import { refuseUnplannedRuns } from '../../../harness/verdict/journal-audit.js'
import { planWith, simulateEvidence } from './simulated-evidence.js'

const plan = planWith({ schema: 'assay/plan@2' })

/** The runs of a simulation in the order of the plan, each a second after the one before. */
function plannedRuns(of: EvaluationPlan, pairs: number): RunRecord[] {
  const { runs } = simulateEvidence(
    { seed: 3, pairs, improvement: { 'grid-search': 0.4 }, noise: 0.01 },
    of,
  )
  const ordered: RunRecord[] = []
  for (let pair = 1; pair <= pairs; pair++)
    for (const { id, warmup = 1, iterations = 2 } of of.workloads)
      for (const [index, arm] of armOrder(of.seed, id, pair, of.arms).entries()) {
        const run = (runs as RunRecord[]).find(
          (one) => one.workload === id && one.pair === pair && one.arm === arm,
        )!
        ordered.push({
          ...run,
          warmup,
          iterations,
          samplesMs: Array.from({ length: iterations }, () => run.wallMs),
          position: POSITIONS[index]!,
          startedAt: new Date(Date.parse(of.createdAt) + 1000 * ordered.length).toISOString(),
        })
      }
  return ordered
}

const runs = plannedRuns(plan, 12)
const change = (index: number, fields: Partial<RunRecord>) =>
  runs.map((run, at) => (at === index ? { ...run, ...fields } : run))

describe('runs that follow their plan', () => {
  it('are accepted, with a pair that an interruption ended, and one that failed', () => {
    expect(() => refuseUnplannedRuns(plan, runs)).not.toThrow()
    const torn = [...runs.slice(0, 5), ...runs.slice(8)].map((run) => run)
    expect(() => refuseUnplannedRuns(plan, torn.slice(0, 5))).not.toThrow()
    const [{ workload, pair, arm, startedAt }] = runs as [RunRecord]
    const failed = { workload, pair, arm, startedAt, error: 'exited with code 3' }
    const rest = runs.slice(2)
    expect(() => refuseUnplannedRuns(plan, [failed, ...rest])).not.toThrow()
    expect(() => refuseUnplannedRuns(plan, [failed, ...runs.slice(1)])).toThrow(
      /line 2 .* follows a failed run, which ends its pair/,
    )
  })

  it('are accepted with an incumbent, whose order is a permutation of three', () => {
    const three = planWith({
      schema: 'assay/plan@2',
      arms: ['baseline', 'incumbent', 'candidate'],
      stacks: { baseline: [], incumbent: ['layer1'], candidate: ['layer1', 'layer2'] },
    })
    expect(() => refuseUnplannedRuns(three, plannedRuns(three, 4))).not.toThrow()
  })
})

describe('runs of arms that share a CPU', () => {
  const workloads = plan.workloads.map((workload) => ({
    ...workload,
    design: 'co-scheduled' as const,
  }))
  const shared = planWith({ schema: 'assay/plan@3', workloads })
  const bound = plannedRuns(shared, 3).map((run) => ({
    ...run,
    core: 1,
    passCpuMs: Array.from({ length: run.warmup + run.iterations }, () => run.cpuMs),
  }))
  const changed = (index: number, fields: Partial<RunRecord>) =>
    bound.map((run, at) => (at === index ? { ...run, ...fields } : run))

  it('are accepted if they ran on one CPU, and if a failure ended all of a pair', () => {
    expect(() => refuseUnplannedRuns(shared, bound)).not.toThrow()
    const failed = bound.slice(0, 2).map(({ workload, pair, arm, startedAt }) => {
      return { workload, pair, arm, startedAt, error: 'timed out' }
    })
    expect(() => refuseUnplannedRuns(shared, [...failed, ...bound.slice(2)])).not.toThrow()
  })

  it.each([
    ['another CPU', changed(1, { core: 0 }), /ran on another CPU than its pair/],
    ['no CPU', bound.map(({ core: _, ...run }) => run), /is not bound to a CPU/],
    ['too few iterations', changed(0, { passCpuMs: [1] }), /has the CPU of 1 iterations/],
  ])('are refused with %s', (_name, lines, message) => {
    expect(() => refuseUnplannedRuns(shared, lines)).toThrow(message)
  })

  it('are refused in a plan of adjacent pairs', () => {
    const adjacent = planWith({
      schema: 'assay/plan@3',
      workloads: workloads.map((workload) => ({ ...workload, design: 'adjacent' as const })),
    })
    expect(() => refuseUnplannedRuns(adjacent, bound)).toThrow(/is bound to a CPU, but its pair/)
  })
})

describe('a journal that was tampered with', () => {
  it.each<[string, RunRecord[], RegExp]>([
    [
      'a pair is missing',
      runs.filter(({ pair }) => pair !== 2),
      /runs\.jsonl: the run in line 5 \(grid-search, pair 3, \w+\) follows pair 1, so pair 2 is due/,
    ],
    [
      'a pair stands twice',
      [...runs.slice(0, 4), ...runs.slice(0, 2), ...runs.slice(4)],
      /the run in line 5 .* follows pair 1, so pair 2 is due/,
    ],
    [
      'one more run of an arm',
      [...runs.slice(0, 2), runs[1]!, ...runs.slice(2)],
      /is one more than its pair has/,
    ],
    [
      'two runs are exchanged',
      [runs[1]!, runs[0]!, ...runs.slice(2)],
      /is not in the order of the seed: the \w+ is due/,
    ],
    [
      'a position is inverted',
      change(0, { position: 'second' }),
      /is marked as second, but is the/,
    ],
    [
      'a run is from before the plan',
      change(0, { startedAt: '1999-01-01T00:00:00.000Z' }),
      /started at 1999-01-01T00:00:00\.000Z, before what it follows/,
    ],
    [
      'the times go back',
      change(5, { startedAt: runs[3]!.startedAt }),
      /the run in line 6 .* started at .*, before the run above it/,
    ],
    ['there are more iterations', change(2, { iterations: 3 }), /has 1 \+ 3 iterations instead of/],
    ['a sample is missing', change(0, { samplesMs: [1] }), /has 1 samples of 2 iterations/],
    ['a workload is unknown', change(0, { workload: 'x' }), /of a workload that is not planned/],
  ])('is refused where %s', (_, tampered, message) => {
    const evidence = {
      ...simulateEvidence({ seed: 1, pairs: 0, improvement: {}, noise: 0.01 }, plan),
      runs: tampered,
    }
    expect(() => decide(evidence)).toThrow(InvalidEvidenceError)
    expect(() => decide(evidence)).toThrow(message)
  })

  it('is refused for any exchange of two lines and any line dropped before the last', () => {
    const at = fc.nat({ max: runs.length - 2 })
    fc.assert(
      fc.property(at, at, (one, other) => {
        const dropped = runs.filter((_, index) => index !== one)
        const isEndOfPair = runs[one]!.position === 'second'
        // A pair without its end looks like an interruption; only the chain of hashes shows it.
        if (!isEndOfPair) expect(() => refuseUnplannedRuns(plan, dropped)).toThrow()
        fc.pre(one !== other)
        const exchanged = [...runs]
        ;[exchanged[one], exchanged[other]] = [runs[other]!, runs[one]!]
        expect(() => refuseUnplannedRuns(plan, exchanged)).toThrow(InvalidEvidenceError)
      }),
      { numRuns: 1000 },
    )
  })

  it('is not checked in evidence of version 1, which did not promise it', () => {
    expect(() => refuseUnplannedRuns(planWith(), [...runs].reverse())).not.toThrow()
  })
})

describe('the start of a run', () => {
  it('is never before that of the run above it, although the clock is set back', () => {
    const earlier = '2026-11-20T10:00:00.000Z'
    expect(notBefore(earlier, new Date('2026-11-20T09:00:00Z'))).toBe(earlier)
    expect(notBefore(earlier, new Date('2026-11-20T11:00:00Z'))).toBe('2026-11-20T11:00:00.000Z')
  })
})

describe('results that are the same for every seed', () => {
  const evidence = simulateEvidence({ seed: 1, pairs: 0, improvement: {}, noise: 0.01 }, plan)
  const same = {
    ...evidence,
    runs,
    equivalence: {
      kind: 'equal' as const,
      digests: evidence.equivalence.digests.map((entry) =>
        entry.workload === 'walk-forward'
          ? {
              ...entry,
              digest: evidence.equivalence.digests.find(
                ({ workload }) => workload === 'walk-forward',
              )!.digest,
            }
          : entry,
      ),
    },
  }

  it('are warned about by name, but not in evidence of version 1', () => {
    const withDigest = same.runs.map((run) => run)
    const codes = (schema: EvaluationPlan['schema']) =>
      decide({ ...same, runs: withDigest, plan: { ...plan, schema } }).warnings
    expect(codes('assay/plan@2')).toEqual([
      { code: 'equal-seeds', hint: expect.stringMatching(/^the results of walk-forward are the/) },
    ])
    expect(codes('assay/plan@1')).toEqual([])
  })
})
