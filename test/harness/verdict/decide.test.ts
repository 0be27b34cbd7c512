import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import type { CalibrationQuote, Evidence } from '../../../harness/evidence/evidence.js'
import { decide, openWorkloads } from '../../../harness/verdict/decide.js'
import { planWith, sha, simulateEvidence } from './simulated-evidence.js'

const good = simulateEvidence({
  seed: 1,
  pairs: 10,
  improvement: { 'grid-search': 0.4 },
  noise: 0.02,
})
const twoTargets = planWith({
  workloads: planWith().workloads.map((workload) => ({ ...workload, role: 'target' as const })),
})
const without = (evidence: Evidence, workload: string): Evidence => ({
  ...evidence,
  runs: evidence.runs.filter((run) => run.workload !== workload),
})

describe('a flaky candidate', () => {
  const crashed = (pair: number): Evidence['runs'][number] => ({
    workload: 'grid-search',
    pair,
    arm: 'candidate',
    error: 'exited with code 3',
    startedAt: '2026-11-20T11:00:00.000Z',
  })

  it('may fail once, and is never accepted after more failures, however good its other pairs are', () => {
    expect(decide({ ...good, runs: [...good.runs, crashed(11)] }).verdict).toBe('accepted')
    expect(() => decide({ ...good, runs: [...good.runs, crashed(11), crashed(15)] })).toThrow(
      InvalidEvidenceError,
    )
    expect(() => decide({ ...good, runs: [...good.runs, crashed(11), crashed(15)] })).toThrow(
      /^grid-search failed 2 times, last the candidate in pair 15: exited with code 3; 0001-layer1 ends without a verdict/,
    )
  })
})

describe('a layer', () => {
  it('is accepted when every target shows the improvement and every guard passes', () => {
    const { verdict, reasons, workloads } = decide(good)
    expect([verdict, reasons]).toEqual(['accepted', ['all-targets-accepted', 'all-guards-passed']])
    expect(workloads.map(({ id, verdict: each }) => [id, each])).toEqual([
      ['grid-search', 'accepted'],
      ['walk-forward', 'accepted'],
    ])
    expect(openWorkloads(good.plan, good.runs)).toEqual([])
  })

  it('is rejected when a guard fails the gate', () => {
    const evidence = simulateEvidence({
      seed: 1,
      pairs: 10,
      improvement: { 'grid-search': 0.4, 'walk-forward': -0.3 },
      noise: 0.02,
    })
    expect(decide(evidence)).toMatchObject({ verdict: 'rejected', reasons: ['guard-failed'] })
  })

  it('is rejected when a target is, and undecided workloads are then not needed', () => {
    const evidence = simulateEvidence(
      {
        seed: 1,
        pairs: 10,
        improvement: { 'grid-search': -0.2, 'walk-forward': 0.06 },
        noise: 0.02,
      },
      twoTargets,
    )
    const { verdict, reasons, workloads } = decide(evidence)
    expect([verdict, reasons]).toEqual(['rejected', ['target-rejected']])
    expect(workloads[1]).toMatchObject({ verdict: 'inconclusive', reasons: ['not-needed'] })
    expect(openWorkloads(twoTargets, evidence.runs)).toEqual([])
    expect(decide(without(evidence, 'walk-forward')).workloads[1]).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['not-needed'],
    })
  })

  it('is inconclusive when a target or a guard is', () => {
    const noisyTarget = simulateEvidence({
      seed: 1,
      pairs: 40,
      improvement: { 'grid-search': 0.05 },
      noise: 0.3,
    })
    expect(decide(noisyTarget)).toMatchObject({
      verdict: 'inconclusive',
      reasons: expect.arrayContaining(['target-inconclusive']),
    })
    const contaminated = {
      ...good,
      runs: [...good.runs, ...voidedPairsOf(good, 'walk-forward', 8)],
    }
    expect(decide(contaminated)).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['guard-inconclusive'],
    })
  })

  it('needs more pairs while a workload is open, and no decision is made until then', () => {
    const runs = good.runs.filter(({ workload, pair }) => workload !== 'walk-forward' || pair < 10)
    expect(openWorkloads(good.plan, runs)).toEqual(['walk-forward'])
    expect(() => decide({ ...good, runs })).toThrow(
      'measuring ended before walk-forward was decided (9 complete pairs)',
    )
  })

  it('is not decided when nothing was measured', () => {
    expect(() => decide({ ...good, runs: [] })).toThrow(InvalidEvidenceError)
    expect(() => decide({ ...good, runs: [] })).toThrow('nothing was measured')
    const guarded = {
      ...without(good, 'grid-search'),
      plan: planWith({ workloads: [good.plan.workloads[1]!] }),
    }
    expect(() => decide(guarded)).toThrow('no target workload')
  })
})

describe('contamination', () => {
  it('makes a workload inconclusive once more than a quarter of its pairs are voided, whatever its times', () => {
    const few = { ...good, runs: [...good.runs, ...voidedPairsOf(good, 'grid-search', 10)] }
    expect(decide(few).verdict).toBe('accepted')
    const many = { ...good, runs: [...good.runs, ...voidedPairsOf(good, 'grid-search', 11)] }
    expect(decide(many).workloads[0]).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['contaminated'],
    })
    expect(openWorkloads(many.plan, many.runs)).toEqual([])
  })

  it('follows from covariates alone: a void without a reason is refused, and so is a counted run with one', () => {
    const change = (part: object) => ({
      ...good,
      runs: good.runs.map((run, index) => (index === 5 ? { ...run, ...part } : run)),
    })
    expect(() => decide(change({ voided: 'steal 7 %' }))).toThrow(
      /^runs\.jsonl: the run of the \w+ in pair 2 of grid-search is voided without a reason in its covariates; restore the file/,
    )
    expect(() => decide(change({ stealShare: 0.07 }))).toThrow(
      /pair 2 of grid-search counts in spite of its covariates/,
    )
    expect(() => decide(change({ foreignLoad: 1.6, voided: 'foreign load 1.6 cores' }))).toThrow(
      /is voided without a reason/,
    )
  })
})

describe('a layer with different results', () => {
  const divergence = {
    workload: 'grid-search',
    seed: 20251022,
    arm: 'candidate' as const,
    at: { backtest: 'fast=5 slow=60', asset: 'A03', session: '2014-03-04' },
    field: 'price',
    baseline: '101.45',
    candidate: '101.46',
  }

  it('is rejected without statistics when the proof fails', () => {
    const decision = decide({
      ...good,
      equivalence: { kind: 'different', digests: [], divergence },
      runs: [],
    })
    expect(decision).toMatchObject({
      verdict: 'rejected',
      reasons: ['not-equivalent'],
      workloads: [],
    })
    expect(decision.divergence).toEqual({ found: 'before measuring', ...divergence })
  })

  it.each([{}, { stealShare: 0.07, voided: 'steal 7 %' }])(
    'is rejected when one measured run has another digest %j',
    (mark) => {
      const runs = good.runs.map((run, index) =>
        index === 17 ? { ...run, ...mark, digest: sha('other') } : run,
      )
      const decision = decide({ ...good, runs })
      expect(decision).toMatchObject({
        verdict: 'rejected',
        reasons: ['not-equivalent'],
        workloads: [],
      })
      expect(decision.divergence).toMatchObject({
        found: 'while measuring',
        field: 'digest',
        candidate: sha('other'),
        at: { pair: String(runs[17]!.pair) },
      })
    },
  )

  it('is refused where equality is claimed but the digests do not show it', () => {
    const { digests } = good.equivalence
    const claims = [
      digests.slice(1),
      digests.map((entry, index) => (index === 3 ? { ...entry, digest: sha('other') } : entry)),
      [],
    ]
    for (const claim of claims) {
      expect(() => decide({ ...good, equivalence: { kind: 'equal', digests: claim } })).toThrow(
        'claims equal results but does not show them',
      )
    }
    const foreign = [
      ...good.runs,
      { ...good.runs[0]!, workload: 'foreign' } as Evidence['runs'][number],
    ]
    expect(() => decide({ ...good, runs: foreign })).toThrow('this workload is not in the plan')
  })
})

describe('the warnings of a decision', () => {
  it('cover an injected effect, a dirty tree and a missing repository', () => {
    const codes = (changes: Parameters<typeof planWith>[0]) =>
      decide({ ...good, plan: planWith(changes) }).warnings.map(({ code }) => code)
    expect(codes({})).toEqual([])
    expect(codes({ injected: { improvement: 0.12, arm: 'baseline' } })).toEqual(['injected-effect'])
    expect(codes({ git: null })).toEqual(['no-commit'])
    expect(codes({ git: { commit: 'abc', dirty: true } })).toEqual(['dirty'])
  })

  it('cover a calibration that is missing, stale or failed, with the command to calibrate', () => {
    const both = good.plan.workloads.map(({ id }) => ({
      id,
      effectiveSd: 0.012,
      class: 'GREEN' as const,
    }))
    const quote: CalibrationQuote = {
      status: 'passed',
      ageDays: 2,
      command: 'npm run calibrate',
      workloads: both,
    }
    const decided = (calibration: CalibrationQuote) =>
      decide({ ...good, plan: planWith({ calibration }) })
    const warned = (calibration: CalibrationQuote) => decided(calibration).warnings
    expect(warned(quote)).toEqual([])
    expect(warned({ ...quote, status: 'missing', workloads: [] })).toMatchObject([
      {
        code: 'calibration-missing',
        hint: expect.stringMatching(/covers grid-search, walk-forward, .*: npm run calibrate$/),
      },
    ])
    expect(warned({ ...quote, status: 'stale', ageDays: 31.9 })).toMatchObject([
      {
        code: 'calibration-stale',
        hint: expect.stringMatching(/\(31 days old\).*: npm run calibrate$/),
      },
    ])
    expect(warned({ ...quote, status: 'failed' })).toMatchObject([
      { code: 'calibration-failed', hint: expect.stringMatching(/: npm run calibrate$/) },
    ])
    for (const status of ['passed', 'missing', 'stale'] as const)
      expect(decided({ ...quote, status }).verdict).toBe('accepted')
    expect(decided({ ...quote, status: 'failed' })).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['target-inconclusive', 'guard-inconclusive'],
    })
  })

  it('cover a calibration that passed without this workload', () => {
    const calibration: CalibrationQuote = {
      status: 'passed',
      command: 'npm run calibrate',
      workloads: [{ id: 'grid-search', effectiveSd: 0.012, class: 'GREEN' }],
    }
    expect(decide({ ...good, plan: planWith({ calibration }) }).warnings).toMatchObject([
      { code: 'calibration-missing', hint: expect.stringContaining('covers walk-forward,') },
    ])
  })
})

/** Pairs beyond those measured, each with one voided run. */
function voidedPairsOf(evidence: Evidence, workload: string, count: number): Evidence['runs'] {
  const run = evidence.runs.find((line) => line.workload === workload)!
  return Array.from({ length: count }, (_, index) => ({
    ...run,
    pair: 100 + index,
    stealShare: 0.07,
    voided: 'steal 7 %',
  }))
}
