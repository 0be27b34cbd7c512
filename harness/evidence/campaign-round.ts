import { z } from 'zod'
import { CAMPAIGN_NAME } from './campaign-name.js'
import { fractionSchema, RECORD_ID } from './field-schemas.js'

/** The two rounds of a candidate. Only a confirmation can accept. */
export type RoundName = 'screening' | 'confirmation'

const common = {
  /** Error budget of all candidates together, one-sided. */
  budget: fractionSchema,
  /** The part of the budget that is spent before this round. */
  spentBefore: z.number().nonnegative(),
  /** The part of the budget that is left after this round, unless it accepts. */
  leftAfter: z.number().positive(),
}
const head = {
  name: z.string().regex(CAMPAIGN_NAME),
  /** Number of the candidate within the campaign, from 1. */
  candidate: z.int().positive(),
}

/**
 * The part of a plan that makes it a round of a campaign: a screening is an ordinary evaluation
 * that spends nothing and accepts nothing; a confirmation is a second one, of the same code, with
 * a fresh seed and a level of its own.
 */
export const campaignRoundSchema = z.discriminatedUnion('round', [
  z.strictObject({ ...head, round: z.literal('screening'), ...common }),
  z.strictObject({
    ...head,
    round: z.literal('confirmation'),
    /** Id of the record of the screening that it confirms. */
    screening: z.string().regex(RECORD_ID),
    /** Number of the confirmation within the campaign, from 1. */
    confirmation: z.int().positive(),
    /** Number of the newest confirmation before it that did not accept; 0 if there is none. */
    notAccepted: z.int().nonnegative(),
    /** Its one-sided error over all looks, which is spent unless it accepts. */
    alpha: fractionSchema,
    ...common,
  }),
])
export type CampaignRound = Readonly<z.infer<typeof campaignRoundSchema>>
