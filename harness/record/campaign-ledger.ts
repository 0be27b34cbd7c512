import { z } from 'zod'
import { InvalidEvidenceError } from '../errors.js'
import { CAMPAIGN_NAME } from '../evidence/campaign-name.js'
import type { CampaignRound } from '../evidence/campaign-round.js'
import { defined } from '../evidence/defined.js'
import { digestSchema, fractionSchema, RECORD_ID } from '../evidence/field-schemas.js'
import { fallbackLevel, leftAfter, spentBy } from '../statistics/online-fallback.js'
import type { DecisionRecord } from './record-schema.js'
import { differingSubject, type RoundSubject } from './round-subject.js'
import { awaitsConfirmation } from './supersession.js'

/**
 * `decisions/campaigns/<name>.json`: every candidate that was ever tried in a campaign, in order,
 * and what it cost. It follows from the records of the campaign and the plans of its unfinished
 * evaluations, so `replay --all` and `check` derive it again.
 */

/** How a round ended. `unfinished`: it goes on, or was abandoned. */
const ROUND_OUTCOMES = [
  'accepted',
  'passed',
  'rejected',
  'inconclusive',
  'not equivalent',
  'unfinished',
] as const

const roundSchema = z.strictObject({
  record: z.string().regex(RECORD_ID),
  /** `sha256:…` of the JSON of the record; absent while the round is unfinished. */
  sha256: digestSchema.optional(),
  outcome: z.enum(ROUND_OUTCOMES),
})

const candidateSchema = z.strictObject({
  candidate: z.int().positive(),
  suite: z.string(),
  layer: z.string(),
  /** `sha256:…` over the compiled code that was measured. */
  dist: z.string(),
  screening: roundSchema,
  /** Absent unless the screening was passed. */
  confirmation: roundSchema
    .extend({
      number: z.int().positive(),
      /** Its one-sided error, which is spent unless it accepts. */
      alpha: fractionSchema,
    })
    .optional(),
  /** `accepted` only by the confirmation. */
  outcome: z.enum(ROUND_OUTCOMES),
})

/** The schema of a ledger. */
export const campaignLedgerSchema = z.strictObject({
  schema: z.literal('assay/campaign@1'),
  name: z.string().regex(CAMPAIGN_NAME),
  rule: z.string(),
  /** Probability that any candidate is accepted wrongly, at most. */
  budget: fractionSchema,
  spent: z.number().nonnegative(),
  left: z.number().positive(),
  /** Level of the next confirmation. */
  nextAlpha: z.number().positive(),
  candidates: z.array(candidateSchema),
})
export type CampaignLedger = Readonly<z.infer<typeof campaignLedgerSchema>>
export type CampaignCandidate = CampaignLedger['candidates'][number]

/** The rule of every campaign, in the words of its ledger. */
const RULE =
  'every candidate is screened once; a screening that is passed is followed by one confirmation with a fresh seed, and only it can accept; the one-sided error of the k-th confirmation over all its looks is budget / (k (k + 1)), and that of the confirmation before it too if that one accepted; a confirmation that accepts spends nothing, any other its error'

/** A round of a campaign: what its record or, if it is unfinished, its plan states about it. */
export interface LedgerRound {
  readonly id: string
  readonly subject: RoundSubject
  readonly campaign: CampaignRound
  /** Absent, like the result, while the round is unfinished. */
  readonly sha256?: string
  readonly result?: Pick<DecisionRecord, 'verdict' | 'reasons' | 'equivalence'>
}

/** The ledger of a campaign without candidates. */
export function emptyLedger(name: string, budget: number): CampaignLedger {
  return ledgerOf(name, budget, [])
}

/**
 * Derives the ledger of a campaign.
 *
 * @param rounds of this campaign, all of them, ascending by number; at least one
 * @throws {InvalidEvidenceError} a round is missing or is not the one that the rule allows; names
 * it
 */
export function deriveLedger(rounds: readonly LedgerRound[]): CampaignLedger {
  const { name, budget } = rounds[0]!.campaign
  const candidates: CampaignCandidate[] = []
  const screenings = new Map<string, LedgerRound>()
  for (const round of rounds) {
    const before = ledgerOf(name, budget, candidates)
    const wrong = wrongIn(round, before, screenings)
    if (wrong !== undefined)
      throw new InvalidEvidenceError(
        `campaign ${name}: ${round.id} ${wrong}; restore the records and the evidence of the campaign, or begin another one with --campaign NAME`,
      )
    if (round.campaign.round === 'screening') {
      candidates.push(screened(round))
      screenings.set(round.id, round)
    } else candidates.push(confirmed(candidates.pop()!, round, round.campaign))
  }
  return ledgerOf(name, budget, candidates)
}

/** The ledger as it was before its newest candidate. */
export function beforeNewest({ name, budget, candidates }: CampaignLedger): CampaignLedger {
  return ledgerOf(name, budget, candidates.slice(0, -1))
}

/** The ledger as it was before the confirmation of its newest candidate. */
export function beforeConfirmation(ledger: CampaignLedger): CampaignLedger {
  const { name, budget, candidates } = ledger
  const { confirmation: _, ...newest } = candidates.at(-1)!
  return ledgerOf(name, budget, [...candidates.slice(0, -1), newest])
}

/** How many confirmations have begun. */
export function confirmationsOf({ candidates }: Pick<CampaignLedger, 'candidates'>): number {
  return candidates.filter(({ confirmation }) => confirmation !== undefined).length
}

/**
 * Number of the newest confirmation that did not accept, or has not ended; 0 if there is none.
 */
export function newestNotAccepted(candidates: readonly CampaignCandidate[]): number {
  return Math.max(
    0,
    ...candidates.flatMap(({ confirmation }) =>
      confirmation === undefined || confirmation.outcome === 'accepted'
        ? []
        : [confirmation.number],
    ),
  )
}

function ledgerOf(
  name: string,
  budget: number,
  candidates: readonly CampaignCandidate[],
): CampaignLedger {
  const notAccepted = newestNotAccepted(candidates)
  const confirmations = confirmationsOf({ candidates: [...candidates] })
  return {
    schema: 'assay/campaign@1',
    name,
    rule: RULE,
    budget,
    spent: spentBy(budget, notAccepted),
    left: leftAfter(budget, notAccepted),
    nextAlpha: fallbackLevel(budget, confirmations + 1, notAccepted),
    candidates: [...candidates],
  }
}

/** Why a round cannot follow those before it; undefined if it can. */
function wrongIn(
  round: LedgerRound,
  before: CampaignLedger,
  screenings: ReadonlyMap<string, LedgerRound>,
): string | undefined {
  const { campaign } = round
  const { candidates, budget, spent } = before
  if (campaign.budget !== budget) return 'has another error budget than the first candidate'
  const expected = candidates.length + 1
  if (campaign.round === 'screening' && campaign.candidate !== expected)
    return `is candidate ${campaign.candidate}, but candidate ${expected} is missing`
  if (campaign.spentBefore !== spent)
    return 'was planned after other confirmations than those that are here'
  return wrongConfirmation(round, before, screenings)
}

function wrongConfirmation(
  round: LedgerRound,
  { candidates }: CampaignLedger,
  screenings: ReadonlyMap<string, LedgerRound>,
): string | undefined {
  const { campaign } = round
  const last = candidates.at(-1)
  if (campaign.round !== 'confirmation') return undefined
  if (last?.candidate !== campaign.candidate || last.screening.record !== campaign.screening)
    return `confirms candidate ${campaign.candidate} (${campaign.screening}), which is not the newest one`
  if (last.screening.outcome !== 'passed')
    return `confirms ${campaign.screening}, which is not a screening that was passed`
  if (last.confirmation !== undefined)
    return `confirms candidate ${campaign.candidate} a second time`
  const { subject } = screenings.get(campaign.screening)!
  const differs = differingSubject(subject, round.subject)
  return differs && `has another ${differs} than its screening ${campaign.screening}`
}

function screened(round: LedgerRound): CampaignCandidate {
  const { campaign, subject } = round
  const { suite, layer, dist } = subject
  const screening = roundOf(round)
  return {
    candidate: campaign.candidate,
    suite,
    layer,
    dist,
    screening,
    outcome: screening.outcome,
  }
}

function confirmed(
  candidate: CampaignCandidate,
  round: LedgerRound,
  { confirmation: number, alpha }: Extract<CampaignRound, { round: 'confirmation' }>,
): CampaignCandidate {
  const { outcome: _, ...screening } = candidate
  const confirmation = { ...roundOf(round), number, alpha }
  return { ...screening, confirmation, outcome: confirmation.outcome }
}

function roundOf({ id, sha256, result }: LedgerRound): CampaignCandidate['screening'] {
  return defined({ record: id, sha256, outcome: outcomeOf(result) })
}

function outcomeOf(result: LedgerRound['result']): CampaignCandidate['outcome'] {
  if (result === undefined) return 'unfinished'
  if (result.equivalence.kind === 'different') return 'not equivalent'
  return awaitsConfirmation(result) ? 'passed' : result.verdict
}
