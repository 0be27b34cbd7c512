import { z } from 'zod'
import { PAIR_DESIGNS, type PairDesign } from '../../harness/contract.js'
import { seededRandom } from '../../harness/statistics/random.js'
import { levelSchema } from './campaign-levels.js'
import { type CampaignTrial, runTrial, type TrialSetting } from './campaign-trial.js'
import type { RecordedPool } from './recording.js'

/** Candidates of a simulated campaign. */
export const CANDIDATES = 50
/** Campaigns that are simulated for each case. */
export const CAMPAIGNS = 10_000
const GAINS = 5
const SEED = 20_261_128

/** What the candidates of a campaign truly are, and in which noise they are measured. */
export interface CampaignCase {
  readonly design: PairDesign
  readonly noise: number
  /** True improvement of a candidate that must not be accepted. */
  readonly nulls: number
  /** Number of candidates with a gain, at random places, and its true size. */
  readonly gains: number
  readonly gain: number
}

/** The largest true improvement for which the level of a confirmation bounds an acceptance. */
const LARGEST_NULL = 0.02
const NONE = { gains: 0, gain: 0 } as const
const FIVE = { gains: GAINS, gain: 0.08 } as const

/** The cases that are published. */
export const CAMPAIGN_CASES: readonly CampaignCase[] = [
  { design: 'co-scheduled', noise: 1, nulls: 0, ...NONE },
  { design: 'co-scheduled', noise: 1, nulls: 0, ...FIVE },
  { design: 'co-scheduled', noise: 1, nulls: LARGEST_NULL, ...NONE },
  { design: 'co-scheduled', noise: 2, nulls: 0, ...FIVE },
  { design: 'co-scheduled', noise: 2, nulls: LARGEST_NULL, ...NONE },
  { design: 'lock-step', noise: 1, nulls: 0, ...NONE },
  { design: 'lock-step', noise: 1, nulls: 0, ...FIVE },
]

const count = z.int().nonnegative()

/** Counts over the campaigns of a case. */
const campaignTallySchema = z.strictObject({
  design: z.enum(PAIR_DESIGNS),
  noise: z.number().positive(),
  nulls: z.number(),
  gains: count,
  gain: z.number(),
  campaigns: z.int().positive(),
  /** Campaigns in which a null passed its screening: a loop without confirmations keeps it. */
  nullPassed: count,
  /** Campaigns in which a null was accepted. */
  nullAccepted: count,
  /** Gains that were accepted, of all gains. */
  found: count,
  ofGains: count,
  /** Campaigns that accepted anything, which have a summed gain. */
  sums: count,
  /** Of these: the estimate of the gain measured again is in the interval of the campaign. */
  sumsInClaimed: count,
  /** Of these: the 95 % interval of the gain measured again contains the true one. */
  truthInAgain: count,
  /** Means per campaign. */
  meanConfirmations: z.number().nonnegative(),
  meanPairs: z.number().positive(),
})
export type CampaignTally = Readonly<z.infer<typeof campaignTallySchema>>

/** `campaign-study.json`: how simulated campaigns ended, and the noise they were drawn from. */
export const campaignStudySchema = z.strictObject({
  schema: z.literal('assay/campaign-study@1'),
  recording: z.strictObject({
    sha256: z.string(),
    pools: z.array(z.strictObject({ pool: z.string(), pairs: z.int().positive() })).min(1),
  }),
  budget: z.number(),
  candidates: z.int().positive(),
  levels: z.array(levelSchema).min(1),
  cases: z.array(campaignTallySchema).min(1),
})
export type CampaignStudy = Readonly<z.infer<typeof campaignStudySchema>>

/**
 * Simulates campaigns of one case. Every campaign takes its noise from one pool of the design, the
 * pools in turn, and has a seed of its own.
 *
 * @param pools recorded pairs of identical code; those of other designs are left out
 */
export function simulateCampaigns(
  one: CampaignCase,
  pools: readonly RecordedPool[],
  campaigns = CAMPAIGNS,
): CampaignTally {
  const fitting = pools.filter(({ pool }) => pool.startsWith(`${one.design} `))
  const trials = Array.from({ length: campaigns }, (_, index) => {
    const random = seededRandom(SEED + 7919 * index)
    const improvements = drawImprovements(one, random)
    const { pairs } = fitting[index % fitting.length]!
    const setting: TrialSetting = { pairs, design: one.design, noise: one.noise, improvements }
    return countTrial(one, improvements, runTrial(setting, random))
  })
  const sum = (pick: (trial: TrialCounts) => number) =>
    trials.reduce((so, trial) => so + pick(trial), 0)
  return {
    ...one,
    campaigns,
    nullPassed: sum(({ nullPassed }) => Number(nullPassed)),
    nullAccepted: sum(({ nullAccepted }) => Number(nullAccepted)),
    found: sum(({ found }) => found),
    ofGains: campaigns * one.gains,
    sums: sum(({ sum: has }) => Number(has !== undefined)),
    sumsInClaimed: sum(({ sum: has }) => Number(has?.inClaimed === true)),
    truthInAgain: sum(({ sum: has }) => Number(has?.truthInAgain === true)),
    meanConfirmations: sum(({ confirmations }) => confirmations) / campaigns,
    meanPairs: sum(({ pairs }) => pairs) / campaigns,
  }
}

interface TrialCounts {
  readonly nullPassed: boolean
  readonly nullAccepted: boolean
  readonly found: number
  readonly confirmations: number
  readonly pairs: number
  readonly sum: { readonly inClaimed: boolean; readonly truthInAgain: boolean } | undefined
}

function drawImprovements({ nulls, gains, gain }: CampaignCase, random: () => number): number[] {
  const improvements = Array.from({ length: CANDIDATES }, () => nulls)
  let left = gains
  while (left > 0) {
    const place = Math.floor(random() * CANDIDATES)
    if (improvements[place] === gain) continue
    improvements[place] = gain
    left -= 1
  }
  return improvements
}

function countTrial(
  { gains, gain }: CampaignCase,
  improvements: readonly number[],
  { passed, accepted, pairs, sum }: CampaignTrial,
): TrialCounts {
  const isGain = (place: number) => gains > 0 && improvements[place] === gain
  return {
    nullPassed: passed.some((place) => !isGain(place)),
    nullAccepted: accepted.some((place) => !isGain(place)),
    found: accepted.filter(isGain).length,
    confirmations: passed.length,
    pairs,
    sum: sum && {
      inClaimed: sum.claimed.lower <= sum.again.m && sum.again.m <= sum.claimed.upper,
      truthInAgain: sum.again.lower <= sum.truth && sum.truth <= sum.again.upper,
    },
  }
}
