import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../../harness/evidence/evidence.js'
import { type ProbeLine, probeLineSchema } from '../../../harness/evidence/probe-record.js'
import { toDecisionRecord } from '../../../harness/record/decision-record.js'
import { decide, workloadsToProbe } from '../../../harness/verdict/decide.js'
import { compareMemory } from '../../../harness/verdict/memory.js'
import { isProbeOver, probePairs } from '../../../harness/verdict/memory-probe.js'
import { roundsOf } from '../../../harness/verdict/rounds.js'
import { planWith, sha, simulateEvidence } from './simulated-evidence.js'

const IDS = ['grid-search', 'walk-forward'] as const

/** Accepted by time; peak memory goes up in one pair and down in the next. */
function open(memory: 'advisory' | 'blocking' = 'blocking', improvement = 0.4): Evidence {
  const plan = planWith({ regime: { ...planWith().regime, memory } })
  const evidence = simulateEvidence(
    { seed: 1, pairs: 10, improvement: { 'grid-search': improvement }, noise: 0.02 },
    plan,
  )
  const runs = evidence.runs.map((run) =>
    'error' in run || run.arm === 'baseline'
      ? run
      : { ...run, peakRssBytes: 140e6 * (run.pair % 2 === 0 ? 1.2 : 1 / 1.2) },
  )
  return { ...evidence, runs }
}

function probeRun(
  workload: string,
  pair: number,
  arm: 'baseline' | 'candidate',
  peakRssBytes: number,
): ProbeLine {
  return probeLineSchema.parse({
    workload,
    pair,
    position: arm === 'baseline' ? 'first' : 'second',
    arm,
    warmup: 1,
    iterations: 2,
    heapBytes: 9e6,
    peakRssBytes,
    digest: sha(`${workload} ${planWith().seed}`),
    startedAt: '2026-11-20T11:00:00.000Z',
  })
}

function probeOf(workload: string, ratios: readonly number[], from = 1): ProbeLine[] {
  return ratios.flatMap((ratio, index) => [
    probeRun(workload, from + index, 'baseline', 100e6),
    probeRun(workload, from + index, 'candidate', 100e6 * ratio),
  ])
}

const failure = (workload: string, pair: number): ProbeLine => ({
  workload,
  pair,
  arm: 'candidate',
  error: 'exited with code 3',
  startedAt: '2026-11-20T11:00:00.000Z',
})

const steady = (ratio: number) => [ratio, ratio, ratio, ratio, ratio]
const probed = (ratio: number, evidence = open()): Evidence => ({
  ...evidence,
  memoryProbe: IDS.flatMap((id) => probeOf(id, steady(ratio))),
})

describe('runs of the probe', () => {
  it('that were recorded twice are refused: it is unknown which of them counts', () => {
    const lines = [
      ...probeOf('grid-search', steady(1)),
      probeRun('grid-search', 3, 'candidate', 50e6),
    ]
    expect(() => probePairs(lines, 'grid-search', 'baseline')).toThrow(
      /twice \(grid-search, pair 3, candidate\)/,
    )
    expect(probePairs(lines, 'walk-forward', 'baseline')).toEqual([])
  })

  it('that failed get a warning in the record', () => {
    const evidence = {
      ...open('advisory'),
      memoryProbe: [failure('grid-search', 1), failure('grid-search', 2)],
    }
    const [workload, other] = toDecisionRecord(evidence).workloads
    const codes = workload!.warnings.map(({ code }) => code)
    expect(codes).toContain('probe-failed')
    expect(workload!.warnings.find(({ code }) => code === 'probe-failed')!.hint).toContain(
      '2 runs of the memory probe failed (candidate)',
    )
    expect(other!.warnings.map(({ code }) => code)).not.toContain('probe-failed')
  })
})

describe('the verdict on memory', () => {
  const { plan, runs } = open()
  const rounds = roundsOf(runs, plan, 'grid-search')
  const verdictOf = (ratios: readonly number[]) =>
    compareMemory(
      rounds,
      'baseline',
      probePairs(probeOf('grid-search', ratios), 'grid-search', 'baseline'),
    )

  it('is that of the probe where the measured runs are undecided, and both are recorded', () => {
    const alone = compareMemory(rounds, 'baseline')
    expect(alone).toMatchObject({ verdict: 'undecided' })
    expect(alone).not.toHaveProperty('probe')
    const decided = verdictOf([1.01, 1.011, 1.009, 1.01, 1.01])
    expect(decided).toMatchObject({
      ratio: alone?.ratio,
      ci95: alone?.ci95,
      verdict: 'within',
      probe: { verdict: 'within' },
    })
    expect(decided?.probe?.ratio).toBeCloseTo(1.01, 4)
  })

  it('uses a ratio that does not vary directly', () => {
    expect(verdictOf(steady(1.019))?.probe).toEqual({
      ratio: expect.closeTo(1.019, 12),
      verdict: 'within',
    })
    expect(verdictOf(steady(1.021))?.probe).toEqual({
      ratio: expect.closeTo(1.021, 12),
      verdict: 'over',
    })
  })

  it('trims nothing: of five, one that differs counts in full', () => {
    // ln: mean 0.02, sd 0.0447, t⁻¹(0.975, 4) = 2.776: 0.02 ± 0.0555.
    const ratios = [1, 1, 1, 1, Math.exp(0.1)]
    const probe = verdictOf(ratios)?.probe
    expect(probe?.verdict).toBe('undecided')
    expect(Math.log(probe?.ratio ?? 0)).toBeCloseTo(0.02, 12)
    expect(Math.log(probe?.ci95?.upper ?? 0)).toBeCloseTo(0.02 + (2.7764451051977987 * 0.1) / 5, 9)
  })

  it('stays undecided with four pairs, and uses the first five', () => {
    expect(verdictOf([1, 1, 1, 1])).toMatchObject({ verdict: 'undecided' })
    expect(verdictOf([1, 1, 1, 1])).not.toHaveProperty('probe')
    expect(verdictOf([...steady(1), 2, 2])?.verdict).toBe('within')
  })

  it('does not use the probe where the measured runs decide', () => {
    const calm = simulateEvidence({ seed: 1, pairs: 10, improvement: {}, noise: 0.02 })
    const pairs = probePairs(probeOf('grid-search', steady(2)), 'grid-search', 'baseline')
    const decided = compareMemory(roundsOf(calm.runs, calm.plan, 'grid-search'), 'baseline', pairs)
    expect(decided).toMatchObject({ verdict: 'within' })
    expect(decided).not.toHaveProperty('probe')
  })
})

describe('blocking memory', () => {
  it('ends at the look that only memory holds back, and never accepts without the probe', () => {
    const { verdict, workloads } = decide(open())
    expect(verdict).toBe('inconclusive')
    for (const { reasons, assessment } of workloads) {
      expect([reasons, assessment.looks.length]).toEqual([['memory-undecided'], 1])
      expect(assessment.looks[0]).toMatchObject({
        outcome: 'inconclusive',
        held: ['memory-undecided'],
      })
    }
  })

  it('is accepted, rejected or undecided by the probe, at the same look', () => {
    expect(decide(probed(1))).toMatchObject({
      verdict: 'accepted',
      workloads: [{ reasons: ['certified-improvement'] }, { reasons: ['certified-no-regression'] }],
    })
    expect(decide(probed(1.03))).toMatchObject({
      verdict: 'rejected',
      reasons: ['target-rejected', 'guard-failed'],
      workloads: [{ reasons: ['memory-over'] }, { reasons: ['memory-over'] }],
    })
    const evidence = { ...open(), memoryProbe: IDS.flatMap((id) => probeOf(id, [1, 1, 1, 1, 1.1])) }
    expect(decide(evidence)).toMatchObject({
      verdict: 'inconclusive',
      workloads: [{ reasons: ['memory-undecided'] }, {}],
    })
  })

  it('does not decide where memory is advisory', () => {
    expect(decide(open('advisory')).verdict).toBe('accepted')
    expect(decide(probed(1.03, open('advisory'))).verdict).toBe('accepted')
  })
})

describe('a probe is made', () => {
  it('for every workload with undecided memory, one after the other', () => {
    for (const memory of ['advisory', 'blocking'] as const) {
      const evidence = open(memory)
      expect(workloadsToProbe(evidence)).toEqual(IDS)
      expect(
        workloadsToProbe({ ...evidence, memoryProbe: probeOf('grid-search', steady(1)) }),
      ).toEqual(['walk-forward'])
      expect(workloadsToProbe(probed(1, evidence))).toEqual([])
    }
  })

  it('not for a rejected layer: by time, by the probe of another workload, or for different results', () => {
    expect(workloadsToProbe(open('advisory', -0.2))).toEqual([])
    expect(
      workloadsToProbe({ ...open(), memoryProbe: probeOf('grid-search', steady(1.03)) }),
    ).toEqual([])
    expect(
      workloadsToProbe({ ...open('advisory'), memoryProbe: probeOf('grid-search', steady(1.03)) }),
    ).toEqual(['walk-forward'])
    const { equivalence } = open()
    const runs = open().runs.map((run, index) =>
      index === 3 ? { ...run, digest: sha('other') } : run,
    )
    expect(workloadsToProbe({ ...open(), equivalence, runs })).toEqual([])
  })

  it('not where the peak is decided or unknown', () => {
    expect(
      workloadsToProbe(
        simulateEvidence({ seed: 1, pairs: 10, improvement: { 'grid-search': 0.4 }, noise: 0.02 }),
      ),
    ).toEqual([])
    const evidence = open('advisory')
    const runs = evidence.runs.map((run) => ({ ...run, peakRssBytes: undefined }))
    expect(workloadsToProbe({ ...evidence, runs })).toEqual([])
  })

  it('until it has five pairs or has failed twice; a failed pair does not count', () => {
    const lines = [
      ...probeOf('grid-search', [1]),
      failure('grid-search', 2),
      ...probeOf('grid-search', [1, 1, 1], 3),
    ]
    expect(isProbeOver(lines, 'grid-search', 'baseline')).toBe(false)
    expect(probePairs(lines, 'grid-search', 'baseline')).toHaveLength(4)
    expect(
      isProbeOver([...lines, ...probeOf('grid-search', [1], 6)], 'grid-search', 'baseline'),
    ).toBe(true)
    expect(isProbeOver([...lines, failure('grid-search', 6)], 'grid-search', 'baseline')).toBe(true)
    expect(isProbeOver([...lines, failure('walk-forward', 6)], 'grid-search', 'baseline')).toBe(
      false,
    )
  })
})

describe('a probe with a different result', () => {
  it('disproves the equivalence like any measured run', () => {
    const [line, ...others] = probed(1).memoryProbe ?? []
    const evidence = {
      ...open(),
      memoryProbe: [{ ...line, digest: sha('other') } as ProbeLine, ...others],
    }
    expect(decide(evidence)).toMatchObject({
      verdict: 'rejected',
      reasons: ['not-equivalent'],
      divergence: {
        found: 'while measuring',
        workload: 'grid-search',
        at: { 'pair of the memory probe': '1' },
      },
    })
  })
})
