import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../harness/statistics/random.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { CAMPAIGN_CASES, simulateCampaigns } from '../../../scenarios/error-rates/campaign-study.js'
import { runTrial, type TrialSetting } from '../../../scenarios/error-rates/campaign-trial.js'
import { clopperPearson } from '../../../scenarios/error-rates/clopper-pearson.js'
import {
  CAMPAIGN_PAGE,
  readCampaignStudy,
  readRecordedPairs,
  withFigures,
} from '../../../scenarios/error-rates/publish-campaigns.js'

const root = packageRoot()
const { pools, sha256 } = readRecordedPairs(root)
const co = pools.filter(({ pool }) => pool.startsWith('co-scheduled '))
const pairs = co[0]!.pairs

describe('simulated campaigns on recorded co-scheduled pairs', () => {
  it('are drawn from six recordings of ten pairs or more, of identical code', () => {
    expect(co.map(({ pairs: all }) => all.length)).toEqual([20, 20, 10, 10, 10, 10])
    const logs = co.flatMap(({ pairs: all }) => all.map(({ a, b }) => Math.log(b.cpuMs / a.cpuMs)))
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
    expect(Math.abs(mean)).toBeLessThan(0.01)
  })

  it('accept none of 50 nulls and find the gains in 60 campaigns', () => {
    const [nothing, gains] = CAMPAIGN_CASES
    const nulls = simulateCampaigns(nothing!, pools, 60)
    expect(nulls).toMatchObject({ campaigns: 60, nullAccepted: 0, found: 0, ofGains: 0 })
    const found = simulateCampaigns(gains!, pools, 60)
    expect(found.nullAccepted).toBe(0)
    expect(found.ofGains).toBe(300)
    expect(found.found / found.ofGains).toBeGreaterThan(0.85)
    expect(found.sumsInClaimed / found.sums).toBeGreaterThan(0.9)
  })

  it('are the same every time, and a confirmation needs a screening that is passed', () => {
    const setting: TrialSetting = {
      pairs,
      design: 'co-scheduled',
      noise: 1,
      improvements: [0, 0.08, 0.3, 0],
    }
    const trial = runTrial(setting, seededRandom(3))
    expect(runTrial(setting, seededRandom(3))).toEqual(trial)
    expect(trial.accepted).toContain(2)
    expect(trial.passed).toEqual(expect.arrayContaining([...trial.accepted]))
    const { truth, claimed, again } = trial.sum!
    expect(truth).toBeLessThanOrEqual(Math.log(0.7))
    expect(claimed.lower).toBeLessThan(claimed.upper)
    expect(again.lower).toBeLessThan(again.upper)
  })

  it('in noise of four times the size accept less, and never certify what is not there', () => {
    const quiet: TrialSetting = {
      pairs,
      design: 'co-scheduled',
      noise: 1,
      improvements: Array.from({ length: 20 }, () => 0.08),
    }
    const accepted = (noise: number) =>
      runTrial({ ...quiet, noise }, seededRandom(1)).accepted.length
    expect(accepted(4)).toBeLessThan(accepted(1))
  })
})

describe('the published study', () => {
  const study = readCampaignStudy(root)!

  it('is of the recorded pairs that are committed, and of every case', () => {
    expect(study.recording.sha256).toBe(sha256)
    expect(
      study.cases.map(({ design, noise, nulls, gains, gain }) => ({
        design,
        noise,
        nulls,
        gains,
        gain,
      })),
    ).toEqual(CAMPAIGN_CASES)
    expect(study.cases.every(({ campaigns }) => campaigns === 10_000)).toBe(true)
  })

  it('keeps its promises: any null accepted in at most 5 %, 90 % of the gains, 95 % of the sums', () => {
    for (const { nullAccepted, campaigns } of study.cases)
      expect(clopperPearson(nullAccepted, campaigns).upper).toBeLessThan(0.05)
    const asRecorded = study.cases.filter(({ noise, gains }) => noise === 1 && gains > 0)
    expect(asRecorded).toHaveLength(2)
    for (const { found, ofGains, sums, sumsInClaimed, truthInAgain } of asRecorded) {
      expect(clopperPearson(found, ofGains).lower).toBeGreaterThan(0.9)
      expect(clopperPearson(sumsInClaimed, sums).lower).toBeGreaterThan(0.95)
      expect(truthInAgain / sums).toBeGreaterThan(0.93)
    }
  })

  it('is what the page shows', () => {
    expect(readFileSync(join(root, CAMPAIGN_PAGE), 'utf8')).toBe(withFigures(root, study))
  })
})
