import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import type { CampaignRound } from '../../../harness/evidence/campaign-round.js'
import { campaignSeed } from '../../../harness/measurement/schedule.js'
import { decide } from '../../../harness/verdict/decide.js'
import { planWith, simulateEvidence } from './simulated-evidence.js'

const screening: CampaignRound = {
  name: 'spring',
  candidate: 2,
  round: 'screening',
  budget: 0.05,
  spentBefore: 0.025,
  leftAfter: 0.025,
}
const confirmation: CampaignRound = {
  name: 'spring',
  candidate: 2,
  round: 'confirmation',
  screening: '0003-layer1',
  confirmation: 2,
  notAccepted: 1,
  alpha: 0.05 / 6,
  budget: 0.05,
  spentBefore: 0.025,
  leftAfter: 0.05 / 3,
}

/** The verdict of a round on runs of a layer that is 40 % faster. */
function decideRound(campaign: CampaignRound, change: { seed?: number; alpha?: number } = {}) {
  const { seed = campaignSeed('spring', 2, campaign.round), alpha } = change
  const usual = campaign.round === 'screening' ? 0.05 : campaign.alpha
  const plan = planWith({
    campaign,
    seed,
    regime: {
      looks: [10, 20],
      fixed: false,
      alpha: alpha ?? usual,
      memory: 'advisory',
    },
  })
  const improvement = { 'grid-search': 0.4 }
  return decide(simulateEvidence({ seed: 5, pairs: 10, improvement, noise: 0.02 }, plan))
}

describe('a round of a campaign', () => {
  it('never accepts as a screening, however fast the layer is', () => {
    const { verdict, reasons, workloads } = decideRound(screening)
    expect(verdict).toBe('inconclusive')
    expect(reasons).toEqual(['passed-screening', 'all-targets-accepted', 'all-guards-passed'])
    expect(workloads[0]!.verdict).toBe('accepted')
  })

  it('accepts as a confirmation, by bounds of its own level', () => {
    const { verdict, workloads } = decideRound(confirmation)
    expect(verdict).toBe('accepted')
    const usual = decideRound(screening).workloads[0]!.assessment.looks[0]!
    const strict = workloads[0]!.assessment.looks[0]!
    expect(strict.pNominal).toBeLessThan(usual.pNominal / 5)
    expect(strict.critical).toBeGreaterThan(usual.critical)
  })

  it.each<[string, () => unknown, string]>([
    ['another seed', () => decideRound(screening, { seed: 7 }), 'seed'],
    [
      'the seed of its screening',
      () => decideRound(confirmation, { seed: campaignSeed('spring', 2, 'screening') }),
      'seed',
    ],
    ['a larger error', () => decideRound(confirmation, { alpha: 0.05 }), 'regime'],
    ['a larger level', () => decideRound({ ...confirmation, alpha: 0.025 }), 'campaign.alpha'],
    [
      'a level for fewer failures before it',
      () => decideRound({ ...confirmation, notAccepted: 0, alpha: 0.1 / 3 }),
      'campaign.spentBefore',
    ],
    ['nothing spent', () => decideRound({ ...screening, spentBefore: 0 }), 'campaign.leftAfter'],
    [
      'a level too small to be trusted',
      () =>
        decideRound({
          ...confirmation,
          confirmation: 100,
          notAccepted: 99,
          alpha: 0.05 / (100 * 101),
        }),
      'campaign.alpha',
    ],
  ])('is refused with %s', (_, decided, field) => {
    expect(decided).toThrow(InvalidEvidenceError)
    expect(decided).toThrow(`${field} does not follow from the`)
  })
})

describe('the seeds of a campaign', () => {
  it('differ between rounds, candidates and campaigns, and are the same every time', () => {
    const seeds = ['spring', 'autumn'].flatMap((name) =>
      Array.from({ length: 200 }, (_, index) => [
        campaignSeed(name, index + 1, 'screening'),
        campaignSeed(name, index + 1, 'confirmation'),
      ]).flat(),
    )
    expect(new Set(seeds).size).toBe(800)
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true)
    expect(campaignSeed('spring', 3, 'confirmation')).toBe(seeds[5])
  })
})
