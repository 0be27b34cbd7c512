import type { CampaignRound } from '../evidence/campaign-round.js'
import { campaignSeed, equivalenceSeeds } from '../measurement/schedule.js'
import {
  type CampaignLedger,
  confirmationsOf,
  newestNotAccepted,
} from '../record/campaign-ledger.js'
import { leftAfter } from '../statistics/online-fallback.js'
import type { PlanDraft } from './plan-draft.js'

/**
 * The plan of the screening of the next candidate: the ordinary plan with a seed of its own. It
 * supersedes nothing, since it decides nothing if it is passed.
 *
 * @param draft the ordinary plan of the candidate
 */
export function planScreening(draft: PlanDraft, ledger: CampaignLedger): PlanDraft {
  const { name, budget, spent, left, candidates } = ledger
  const campaign: CampaignRound = {
    name,
    candidate: candidates.length + 1,
    round: 'screening',
    budget,
    spentBefore: spent,
    leftAfter: left,
  }
  return { ...withSeed(draft, campaign), supersedes: null }
}

/**
 * The plan of the confirmation of the newest candidate: the ordinary plan with another fresh seed,
 * hence other data and another order, and with the level of the confirmation over all looks. A
 * plan with one fixed look gets one look at that level.
 *
 * @param draft the ordinary plan of the candidate
 * @param ledger with the screening that was passed as that of its newest candidate
 */
export function planConfirmation(draft: PlanDraft, ledger: CampaignLedger): PlanDraft {
  const { name, budget, spent, nextAlpha: alpha, candidates } = ledger
  const { candidate, screening } = candidates.at(-1)!
  const confirmation = confirmationsOf(ledger) + 1
  const { fixed, looks } = draft.regime
  const planned = withSeed(draft, {
    name,
    candidate,
    round: 'confirmation',
    screening: screening.record,
    confirmation,
    notAccepted: newestNotAccepted(candidates),
    alpha,
    budget,
    spentBefore: spent,
    leftAfter: leftAfter(budget, confirmation),
  })
  const regime = { ...draft.regime, looks: fixed ? looks.slice(-1) : looks, fixed: false, alpha }
  return { ...planned, regime }
}

function withSeed(draft: PlanDraft, campaign: CampaignRound): PlanDraft {
  const seed = campaignSeed(campaign.name, campaign.candidate, campaign.round)
  const proofs = draft.equivalenceSeeds.length
  return { ...draft, seed, equivalenceSeeds: equivalenceSeeds(seed, proofs), campaign }
}
