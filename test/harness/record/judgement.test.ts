import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, it as property } from '@fast-check/vitest'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exitCodeOf } from '../../../harness/cli/judge-layer.js'
import { judgementLines } from '../../../harness/cli/judgement-lines.js'
import type { CampaignRound } from '../../../harness/evidence/campaign-round.js'
import type { Evidence } from '../../../harness/evidence/evidence.js'
import { campaignSeed } from '../../../harness/measurement/schedule.js'
import { toDecisionRecord } from '../../../harness/record/decision-record.js'
import { failedJudgement } from '../../../harness/record/failed-judgement.js'
import { judgeRecord, judgeUnfinished } from '../../../harness/record/judgement.js'
import { type Judgement, judgementSchema } from '../../../harness/record/judgement-schema.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { drawn } from '../../fixtures/drawn.js'
import { planWith, type Simulation, simulateEvidence } from '../verdict/simulated-evidence.js'
import { schemaText } from './schema-text.js'

const NEXT = { next: [] }
const judged = (evidence: Evidence) => judgeRecord(toDecisionRecord(evidence), '/root', NEXT)
const simulated = (improvement: number, pairs: number, noise = 0.02, plan = planWith(), seed = 5) =>
  simulateEvidence({ seed, pairs, improvement: { 'grid-search': improvement }, noise }, plan)

const accepted = simulated(0.4, 10)
const rejected = simulated(-0.2, 10)
const undecided = simulated(0.05, 40, 0.2)
const different: Evidence = {
  ...accepted,
  runs: [],
  equivalence: {
    kind: 'different',
    digests: accepted.equivalence.digests,
    divergence: {
      workload: 'grid-search',
      seed: 7,
      arm: 'candidate',
      at: { session: '2014-03-04' },
      field: 'price',
      baseline: '10.01',
      candidate: '10.02',
    },
  },
}
const tampered: Evidence = {
  ...accepted,
  runs: [
    {
      workload: 'grid-search',
      pair: 1,
      arm: 'candidate',
      error: 'other-process: work was done in another process (a call of spawn)',
      tampered: 'other-process',
      startedAt: '2026-11-20T10:00:01.000Z',
    },
  ],
}
const control = simulated(
  0.4,
  10,
  0.02,
  planWith({ injected: { improvement: 0.4, arm: 'baseline' } }),
)

describe('the judgement of a record', () => {
  it.each([
    ['accepted', accepted, true, 0],
    ['rejected', rejected, false, 1],
    ['inconclusive', undecided, false, 3],
    ['rejected', different, false, 4],
    ['rejected', tampered, false, 5],
    // An acceptance of a control decides nothing about the layer.
    ['accepted', control, false, 1],
  ] as const)('%s: keep %#', (verdict, evidence, keep, exitCode) => {
    const judgement = judged(evidence)
    expect(judgement).toMatchObject({ verdict, keep })
    expect(exitCodeOf(judgement)).toBe(exitCode)
    expect(judgementSchema.parse(judgement)).toEqual(judgement)
    expect(judgementLines(judgement)[0]).toMatch(
      new RegExp(`^${keep ? 'keep' : 'discard'} +${verdict}: `),
    )
  })

  it('states the effect of each workload with the interval that allows for every look', () => {
    const [target, guard] = judged(accepted).workloads
    expect(target).toMatchObject({
      id: 'grid-search',
      role: 'target',
      verdict: 'accepted',
      pairs: 10,
      needed: '≥ 5 % faster',
      reasons: [{ code: 'certified-improvement' }],
    })
    const { improvement, interval, eachBound } = target!.effect!
    const [lower = 1, upper = 0] = interval!
    expect(lower).toBeLessThan(improvement)
    expect(upper).toBeGreaterThan(improvement)
    expect(lower).toBeGreaterThan(0.35)
    expect(upper).toBeLessThan(0.45)
    expect(eachBound).toBe(0.95)
    // The bounds are those of the look: the log scale, turned around.
    const look = toDecisionRecord(accepted).workloads[0]!.looks.at(-1)!
    expect(lower).toBeCloseTo(1 - Math.exp(look.upper), 12)
    expect(upper).toBeCloseTo(1 - Math.exp(look.lower), 12)
    expect(guard).toMatchObject({ role: 'guard', verdict: 'accepted' })
  })

  it('states the level of a single look', () => {
    const regime = { ...planWith().regime, looks: [10], fixed: true }
    const [target] = judged(simulated(0.4, 10, 0.02, planWith({ regime }))).workloads
    expect(target!.effect!.eachBound).toBe(0.975)
  })

  it('names the counter where one is judged, and no effect', () => {
    const plan = planWith({ criterion: { kind: 'budget', counter: 'cpuMs', atMost: 1e6 } })
    const [target] = judged(simulated(0, 10, 0.02, plan)).workloads
    expect(target!.counter).toMatchObject({ name: 'cpuMs', limit: 1e6 })
    expect(target).not.toHaveProperty('effect')
  })

  it('names the place where results differ', () => {
    const judgement = judged(different)
    expect(judgement.divergence).toBe(
      'grid-search, seed 7, session 2014-03-04: price is 10.01 in baseline and 10.02 in candidate',
    )
    expect(judgement.reasons.map(({ code }) => code)).toEqual(['not-equivalent'])
    expect(judgementLines(judgement)[0]).toContain('price is 10.01 in baseline')
  })

  it('names the class of tampering, and no effect', () => {
    const judgement = judged(tampered)
    expect(judgement.tampering).toEqual({
      class: 'other-process',
      sentence:
        'grid-search, candidate in pair 1: other-process: work was done in another process (a call of spawn)',
    })
    expect(judgement.reasons.map(({ code }) => code)).toEqual(['tampered'])
    expect(judgement.workloads).toEqual([])
    expect(judgementLines(judgement)[0]).toContain('other-process')
  })

  it('says where evidence, record and report are', () => {
    expect(judged(accepted).evidence).toEqual({
      id: '0001-layer1',
      folder: '/root/profiling-results/0001-layer1',
      record: '/root/decisions/0001-layer1.json',
      report: '/root/reports/0001-layer1.html',
    })
  })
})

describe('the judgement of a candidate of a campaign', () => {
  const common = { name: 'loop', candidate: 1, budget: 0.05, spentBefore: 0 }
  const roundOf = (campaign: CampaignRound, alpha: number) =>
    simulated(
      0.4,
      10,
      0.02,
      planWith({
        campaign,
        seed: campaignSeed('loop', 1, campaign.round),
        regime: { ...planWith().regime, alpha },
      }),
    )

  it('keeps nothing after a screening that is passed', () => {
    const judgement = judged(roundOf({ ...common, round: 'screening', leftAfter: 0.05 }, 0.05))
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      keep: false,
      reasons: [{ code: 'passed-screening' }, {}, {}],
      campaign: { name: 'loop', candidate: 1, round: 'screening', spent: 0, left: 0.05 },
    })
    expect(exitCodeOf(judgement)).toBe(3)
    expect(judgementLines(judgement)[1]).toBe(
      'campaign      loop, screening of candidate 1 · error budget 5.00 %: spent 0.00 %, left 5.00 %',
    )
  })

  it('keeps what the confirmation accepts, and states what is spent', () => {
    const round: CampaignRound = {
      ...common,
      round: 'confirmation',
      screening: '0001-layer1',
      confirmation: 1,
      notAccepted: 0,
      alpha: 0.025,
      leftAfter: 0.025,
    }
    const evidence = roundOf(round, 0.025)
    const judgement = judged(evidence)
    expect(judgement).toMatchObject({
      verdict: 'accepted',
      keep: true,
      // What accepts spends nothing: its level goes to the next confirmation.
      campaign: { round: 'confirmation', budget: 0.05, spent: 0, left: 0.05 },
      workloads: [{ effect: { eachBound: 0.975 } }, {}],
    })
    expect(judgementSchema.safeParse(judgement).success).toBe(true)
    const { plan, runs } = evidence
    const late = { plan, runs: runs.slice(0, 8) }
    const unfinished = judgeUnfinished({ plan, reason: 'out-of-time', evidence: late }, '/', NEXT)
    expect(unfinished).toMatchObject({ keep: false, campaign: { spent: 0.025, left: 0.025 } })
  })
})

describe('the judgement of an evaluation that ran out of time', () => {
  const unfinished = ({ plan, runs }: Evidence): Judgement =>
    judgeUnfinished({ plan, reason: 'out-of-time', evidence: { plan, runs } }, '/root', NEXT)

  it('is inconclusive where the looks decided nothing, and shows the last of them', () => {
    const judgement = unfinished(simulated(0.06, 15, 0.05))
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      keep: false,
      reasons: [{ code: 'out-of-time' }],
      evidence: { folder: '/root/profiling-results/0001-layer1' },
    })
    const [target] = judgement.workloads
    expect(target).toMatchObject({ verdict: 'inconclusive', pairs: 15 })
    const [lower = 0, upper = 0] = target!.effect!.interval!
    expect(lower).toBeLessThan(0.06)
    expect(upper).toBeGreaterThan(0.06)
    expect(exitCodeOf(judgement)).toBe(3)
  })

  it('is inconclusive before the first look, without an effect', () => {
    const [target] = unfinished(simulated(0.9, 9)).workloads
    expect(target).toMatchObject({ verdict: 'inconclusive', pairs: 9 })
    expect(target).not.toHaveProperty('effect')
  })

  it('without evidence names the time the first look needs', () => {
    const judgement = judgeUnfinished({ plan: planWith(), reason: 'budget' }, '/root', {
      budget: { seconds: 3, neededSeconds: 75 },
      next: [],
    })
    expect(judgement.reasons[0]!.sentence).toMatch(/the first look takes about 1m15s in all$/)
    expect(judgement).not.toHaveProperty('evidence')
  })

  const simulations = fc.record({
    seed: fc.nat({ max: 1e6 }),
    pairs: fc.integer({ min: 10, max: 40 }),
    improvement: fc.double({ min: -0.5, max: 0.9, noNaN: true }),
    noise: fc.double({ min: 1e-6, max: 0.3, noNaN: true }),
  })

  property.prop([simulations], { numRuns: drawn(200) })(
    'is never kept, whatever the runs show',
    ({ seed, pairs, improvement, noise }) => {
      const simulation: Simulation = {
        seed,
        pairs,
        noise,
        improvement: { 'grid-search': improvement, 'walk-forward': improvement },
      }
      const judgement = unfinished(simulateEvidence(simulation))
      expect(judgement).toMatchObject({ verdict: 'inconclusive', keep: false })
      expect(judgementSchema.safeParse(judgement).success).toBe(true)
    },
  )

  property.prop([simulations], { numRuns: drawn(100) })(
    'and a finished one is kept exactly if its record is accepted',
    ({ seed, improvement, noise }) => {
      const simulation: Simulation = {
        seed,
        pairs: 40,
        noise,
        improvement: { 'grid-search': improvement },
      }
      const evidence = simulateEvidence(simulation)
      const judgement = judged(evidence)
      expect(judgement.keep).toBe(toDecisionRecord(evidence).verdict === 'accepted')
      expect(exitCodeOf(judgement) === 0).toBe(judgement.keep)
    },
  )
})

describe('the published JSON Schema of a judgement', () => {
  const file = join(packageRoot(), 'harness', 'record', 'judgement.schema.json')

  it('is the one judgements are checked with', async () => {
    const schema = z.toJSONSchema(judgementSchema, { target: 'draft-2020-12' })
    await expect(schemaText(schema)).toMatchFileSnapshot(file)
  })

  it('accepts every kind of judgement, and refuses one that keeps what was not accepted', () => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(file, 'utf8')))
    const kinds = [
      ...[accepted, rejected, undecided, different, tampered, control].map(judged),
      judgeUnfinished({ plan: planWith(), reason: 'budget' }, '/root', NEXT),
      failedJudgement({ exitCode: 2, message: 'unknown layer x' }),
    ]
    for (const kind of kinds) expect(validate(kind), JSON.stringify(validate.errors)).toBe(true)
    const forged: readonly object[] = [
      { ...judged(rejected), keep: true },
      { ...judged(undecided), keep: true },
      { ...failedJudgement({ exitCode: 5, message: 'x' }), keep: true },
      { ...failedJudgement({ exitCode: 5, message: 'x' }), verdict: 'accepted' },
      { ...judged(accepted), verdict: 'maybe' },
      { schema: 'assay/judgement@1', verdict: 'accepted', keep: true },
    ]
    for (const one of forged) {
      expect(validate(one)).toBe(false)
      expect(judgementSchema.safeParse(one).success).toBe(false)
    }
  })
})
