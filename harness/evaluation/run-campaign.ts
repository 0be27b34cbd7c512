import { InputError, InvalidEvidenceError } from '../errors.js'
import type { Io } from '../io.js'
import type { Progress } from '../progress.js'
import {
  beforeConfirmation,
  beforeNewest,
  type CampaignCandidate,
  type CampaignLedger,
  confirmationsOf,
  emptyLedger,
} from '../record/campaign-ledger.js'
import { ledgerIn, refuseForgotten } from '../record/campaign-store.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { readRecord, readRecords } from '../record/record-store.js'
import { differingSubject, subjectOf } from '../record/round-subject.js'
import { awaitsConfirmation } from '../record/supersession.js'
import { formatCounted, formatLimit } from '../text/format.js'
import { LEAST_LEVEL } from '../verdict/campaign-level.js'
import { planConfirmation, planScreening } from './campaign-plan.js'
import { enterRoot } from './enter-root.js'
import type { PlanDraft } from './plan-draft.js'

/** A campaign as the user names it. */
export interface CampaignChoice {
  readonly name: string
  /** Error budget; absent: that of the campaign, or of a new one 5 %. */
  readonly budget?: number
}

/** A candidate of a campaign, and how its rounds are planned and evaluated. */
export interface CandidateRequest {
  /** Evidence root, absolute. */
  readonly root: string
  readonly campaign: CampaignChoice
  readonly layer: string
  /** Whether to continue the newest candidate of the campaign instead of beginning another. */
  readonly resume: boolean
  /**
   * The ordinary plan of the candidate, without a campaign; called under the lock, before each
   * round.
   *
   * @param records all records of the evidence root, ascending by number
   */
  readonly plan: (records: readonly DecisionRecord[]) => PlanDraft
  /**
   * Evaluates one round under the lock of the evidence root, as `evaluateLocked` does.
   *
   * @param resume whether the round has begun and is to be continued
   */
  readonly evaluateRound: (draft: PlanDraft, resume: boolean) => Promise<DecisionRecord>
}

/** How a candidate ended. */
export interface Candidate {
  /** The record that decides: of the confirmation, or of a screening that was not passed. */
  readonly record: DecisionRecord
  readonly ledger: CampaignLedger
}

const BUDGET = 0.05

/**
 * Tries one candidate in a campaign. It is screened by an ordinary evaluation; if it passes, it is
 * confirmed by a second one, of the same code, with a fresh seed and the level that is next in the
 * campaign. Only the confirmation can accept. Takes the lock of the evidence root for both.
 *
 * @throws {InputError} the budget is spent, there is nothing to resume, or the evidence root cannot
 * be used
 * @throws {InvalidEvidenceError} the ledger does not follow from the records, or the code was
 * changed between the rounds
 * @throws the same errors as `evaluate`; a round that has begun is kept for `resume`
 */
export async function runCandidate(
  request: CandidateRequest,
  { io, progress }: { readonly io: Io; readonly progress: Progress },
): Promise<Candidate> {
  const { finished, leave } = await enterRoot(request.root, { io, progress })
  try {
    return endedBy(request, finished) ?? (await runCandidateLocked(request))
  } finally {
    leave()
  }
}

/** A candidate that is to be resumed, and has ended with the publication that was finished. */
function endedBy(request: CandidateRequest, finished: string | undefined): Candidate | undefined {
  const ledger = request.resume && finished !== undefined ? ledgerOf(request) : undefined
  const newest = ledger?.candidates.at(-1)
  const last = newest?.confirmation ?? newest?.screening
  if (ledger === undefined || last?.record !== finished || isUnfinished(newest)) return undefined
  return { record: readRecord(request.root, finished!), ledger }
}

/** `runCandidate` for a caller that already holds the lock of the evidence root. */
export async function runCandidateLocked(request: CandidateRequest): Promise<Candidate> {
  const ledger = openLedger(request)
  const screening = request.resume
    ? await resumeScreening(request, ledger)
    : await screen(request, ledger)
  const record = awaitsConfirmation(screening) ? await confirm(request, screening) : screening
  return { record, ledger: ledgerOf(request)! }
}

/**
 * Whether the newest candidate of a campaign has begun and not ended, so that it can be resumed.
 */
export function isUnfinished(candidate: CampaignCandidate | undefined): boolean {
  return candidate?.outcome === 'unfinished' || candidate?.outcome === 'passed'
}

function ledgerOf({ root, campaign }: CandidateRequest): CampaignLedger | undefined {
  return ledgerIn(root, campaign.name)
}

/**
 * The ledger as it is before the candidate.
 *
 * @throws {InputError} the budget is another one, or spent
 */
function openLedger(request: CandidateRequest): CampaignLedger {
  const { root, campaign, resume } = request
  const { name, budget } = campaign
  refuseForgotten(root, name)
  const ledger = ledgerOf(request) ?? emptyLedger(name, budget ?? BUDGET)
  if (budget !== undefined && budget !== ledger.budget)
    throw new InputError(
      `--campaign-budget ${formatLimit(budget)}: the campaign ${name} began with ${formatLimit(ledger.budget)}; leave it out, or begin another campaign with --campaign NAME`,
    )
  if (!resume && ledger.nextAlpha < LEAST_LEVEL)
    throw new InputError(
      `the campaign ${name} has spent its error budget: after ${formatCounted(confirmationsOf(ledger), 'confirmation')}, the next could err in at most ${formatLimit(ledger.nextAlpha)}, which no number of pairs is trusted to certify; begin another campaign with --campaign NAME`,
    )
  return ledger
}

async function screen(
  { plan, evaluateRound, root }: CandidateRequest,
  ledger: CampaignLedger,
): Promise<DecisionRecord> {
  return await evaluateRound(planScreening(plan(readRecords(root)), ledger), false)
}

/**
 * The screening of the newest candidate: continued if it is unfinished.
 *
 * @throws {InputError} that candidate has ended, or is of another layer
 */
async function resumeScreening(
  request: CandidateRequest,
  ledger: CampaignLedger,
): Promise<DecisionRecord> {
  const { root, campaign, layer, plan, evaluateRound } = request
  const newest = ledger.candidates.at(-1)
  if (newest === undefined || newest.layer !== layer || !isUnfinished(newest))
    throw new InputError(
      `nothing to resume: ${newest === undefined ? `the campaign ${campaign.name} has no candidate` : `the newest candidate of the campaign ${campaign.name}, ${newest.candidate} (${newest.layer}), ${newest.layer === layer ? 'has ended' : 'is of another layer'}`}; leave out --resume for another candidate`,
    )
  if (newest.screening.outcome !== 'unfinished') return readRecord(root, newest.screening.record)
  const draft = planScreening(plan(readRecords(root)), beforeNewest(ledger))
  return await evaluateRound(draft, true)
}

/**
 * Confirms the newest candidate, or continues its confirmation.
 *
 * @throws {InvalidEvidenceError} what is measured now is not what was screened
 */
async function confirm(
  request: CandidateRequest,
  screening: DecisionRecord,
): Promise<DecisionRecord> {
  const { root, plan, evaluateRound } = request
  const ledger = ledgerOf(request)!
  const { confirmation } = ledger.candidates.at(-1)!
  const before = confirmation === undefined ? ledger : beforeConfirmation(ledger)
  const draft = planConfirmation(plan(readRecords(root)), before)
  const differs = differingSubject(subjectOf(screening), subjectOf(draft))
  if (differs !== undefined)
    throw new InvalidEvidenceError(
      `the ${differs} is not that of the screening ${screening.id}, so it cannot be confirmed; restore it and continue with --resume, or evaluate a new candidate`,
    )
  return await evaluateRound(draft, confirmation !== undefined)
}
