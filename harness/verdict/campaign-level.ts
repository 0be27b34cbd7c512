import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { campaignSeed } from '../measurement/schedule.js'
import { fallbackLevel, leftAfter, spentBy } from '../statistics/online-fallback.js'

/**
 * The smallest level of a confirmation. Further in the tail, neither the t quantile of a trimmed
 * mean nor the integration of the boundaries was checked.
 */
export const LEAST_LEVEL = 1e-5

/**
 * Checks that a round of a campaign was measured as the campaign requires: by its own seed, and a
 * confirmation by its own level over all looks.
 *
 * @throws {InvalidEvidenceError} it was not; names the field of the plan
 */
export function refuseOtherLevel({ id, seed, campaign, regime }: EvaluationPlan): void {
  if (campaign === undefined) return
  const { name, candidate, round, budget } = campaign
  const wrong = (field: string) =>
    new InvalidEvidenceError(
      `plan.json of ${id}: ${field} does not follow from the ${round} of candidate ${candidate} of the campaign ${name}; restore the file or evaluate again`,
    )
  if (seed !== campaignSeed(name, candidate, round)) throw wrong('seed')
  if (round === 'screening') {
    const sum = campaign.spentBefore + campaign.leftAfter
    if (Math.abs(sum - budget) > ROUNDING * budget) throw wrong('campaign.leftAfter')
    return
  }
  const { confirmation, notAccepted, alpha } = campaign
  const isPlanned = alpha === fallbackLevel(budget, confirmation, notAccepted)
  if (!isPlanned || notAccepted >= confirmation || alpha < LEAST_LEVEL)
    throw wrong('campaign.alpha')
  if (regime.alpha !== alpha || regime.fixed) throw wrong('regime')
  if (campaign.spentBefore !== spentBy(budget, notAccepted)) throw wrong('campaign.spentBefore')
  if (campaign.leftAfter !== leftAfter(budget, confirmation)) throw wrong('campaign.leftAfter')
}

/** Relative rounding error of a sum of two parts. */
const ROUNDING = 1e-12
