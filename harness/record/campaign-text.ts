import { escapeName } from '../text/escape-markdown.js'
import { formatCount, formatPercent } from '../text/format.js'
import type { CampaignLedger } from './campaign-ledger.js'
import type { DecisionRecord } from './record-schema.js'
import { awaitsConfirmation } from './supersession.js'

/** A part of an error budget in percent: the later the confirmation, the smaller. */
function formatError(probability: number): string {
  return formatPercent(probability, probability > 0 && probability < 0.001 ? 4 : 2)
}

/**
 * `campaign loop: candidate 3 is accepted · 2 confirmations · error budget 5.00 %: spent 3.33 %,
 * left 1.67 %`; plain text.
 */
export function ledgerLine(ledger: CampaignLedger): string {
  const { name, candidates } = ledger
  const newest = candidates.at(-1)
  const outcome = newest === undefined ? [] : [`candidate ${newest.candidate} is ${newest.outcome}`]
  return `campaign ${name}: ${[...outcome, budgetText(ledger)].join(' · ')}`
}

/** `error budget 5.00 %: spent 3.33 %, left 1.67 %` */
export function budgetText({
  budget,
  spent,
  left,
}: Pick<CampaignLedger, 'budget' | 'spent' | 'left'>): string {
  return `error budget ${formatError(budget)}: spent ${formatError(spent)}, left ${formatError(left)}`
}

/** What a record of a round states about its campaign; '' without one; markdown. */
export function campaignNotice(record: DecisionRecord): string {
  const { campaign } = record
  if (campaign === undefined) return ''
  const { name, candidate, budget, spentBefore, leftAfter } = campaign
  if (campaign.round === 'screening')
    return `**Campaign ${escapeName(name)}**, screening of candidate ${candidate}. ${screeningSentence(record)} A screening spends nothing: ${spentWords(budget, spentBefore, leftAfter)}.`
  const { confirmation, alpha, screening } = campaign
  const spent =
    record.verdict === 'accepted'
      ? `It accepts, so it spends nothing: ${spentWords(budget, spentBefore, budget - spentBefore)}`
      : `It does not accept, so it is spent: ${spentWords(budget, budget - leftAfter, leftAfter)}`
  return `**Campaign ${escapeName(name)}**, confirmation ${confirmation}, of candidate ${candidate}: a second evaluation with a fresh seed, after the screening [${escapeName(screening)}](../decisions/${screening}.md). Its one-sided error is ${formatError(alpha)}. ${spent}.`
}

/** `3.33 % of the error budget of 5.00 % are spent, and 1.67 % are left` */
function spentWords(budget: number, spent: number, left: number): string {
  return `${formatError(spent)} of the error budget of ${formatError(budget)} are spent, and ${formatError(left)} are left`
}

function screeningSentence(record: DecisionRecord): string {
  return awaitsConfirmation(record)
    ? 'It is passed, which accepts nothing: only the confirmation can.'
    : 'It is not passed, so there is no confirmation.'
}

/** A campaign in a list of campaigns, as its newest record states it. */
export interface CampaignState extends Pick<CampaignLedger, 'name' | 'budget' | 'spent' | 'left'> {
  /** Number of candidates so far. */
  readonly tried: number
  /** Number of confirmations that accepted. */
  readonly accepted: number
}

/**
 * The campaigns of the records, in the order in which they began.
 *
 * @param records in the order of their numbers
 */
export function campaignStates(
  records: readonly Pick<DecisionRecord, 'verdict' | 'campaign'>[],
): CampaignState[] {
  const states = new Map<string, CampaignState>()
  for (const { verdict, campaign } of records) {
    if (campaign === undefined) continue
    const { name, budget, candidate, spentBefore } = campaign
    const accepted = states.get(name)?.accepted ?? 0
    const left = verdict === 'accepted' ? budget - spentBefore : campaign.leftAfter
    states.set(name, {
      name,
      budget,
      spent: budget - left,
      left,
      tried: candidate,
      accepted: accepted + (verdict === 'accepted' ? 1 : 0),
    })
  }
  return [...states.values()]
}

/** The cells of a campaign in a list of campaigns; plain text. */
export interface CampaignRow {
  readonly name: string
  readonly tried: string
  readonly accepted: string
  readonly budget: string
  readonly spent: string
  readonly left: string
}

/** The cells of a campaign. */
export function campaignRow({
  name,
  tried,
  accepted,
  budget,
  spent,
  left,
}: CampaignState): CampaignRow {
  return {
    name,
    tried: formatCount(tried),
    accepted: formatCount(accepted),
    budget: formatError(budget),
    spent: formatError(spent),
    left: formatError(left),
  }
}
