import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { decisionsOf, readBeginning, unfinishedIds } from '../evidence/evidence-store.js'
import { makeDirectory, readStored, writeJson } from '../system/files.js'
import {
  type CampaignLedger,
  campaignLedgerSchema,
  deriveLedger,
  type LedgerRound,
} from './campaign-ledger.js'
import type { DecisionRecord } from './record-schema.js'
import { digestRecord, readRecords } from './record-store.js'
import { subjectOf } from './round-subject.js'

/** Folder of the ledgers, below `decisions/`. */
export const CAMPAIGNS = 'campaigns'

/**
 * The ledger of a campaign, derived from records and unfinished evaluations; undefined if nothing
 * was tried in it.
 *
 * @throws {InvalidEvidenceError} a round is missing, was changed, or breaks the rule
 */
export function ledgerIn(root: string, name: string): CampaignLedger | undefined {
  const rounds = roundsIn(root).filter(({ campaign }) => campaign.name === name)
  return rounds.length === 0 ? undefined : deriveLedger(rounds)
}

/** `campaignNames`; undefined if a record or a plan is damaged, so that they are not known. */
export function readableCampaigns(root: string): string[] | undefined {
  try {
    return campaignNames(root)
  } catch (error) {
    if (error instanceof InvalidEvidenceError) return undefined
    throw error
  }
}

/** Names of the campaigns in which something was tried, ascending. */
function campaignNames(root: string): string[] {
  return [...new Set(roundsIn(root).map(({ campaign }) => campaign.name))].sort()
}

/** Writes the ledger of a campaign as it follows from its rounds. */
export function writeLedger(root: string, name: string): void {
  const ledger = ledgerIn(root, name)
  if (ledger === undefined) return
  makeDirectory(join(decisionsOf(root), CAMPAIGNS))
  writeJson(ledgerPath(root, name), campaignLedgerSchema.parse(ledger))
}

/** Writes the ledgers of all campaigns again. @throws {InvalidEvidenceError} one is damaged */
export function writeLedgers(root: string): void {
  for (const name of campaignNames(root)) writeLedger(root, name)
}

/**
 * Whether the ledger on disk is the one that follows from the rounds of its campaign.
 *
 * @throws {InvalidEvidenceError} it is not JSON of a ledger, or no ledger follows
 */
export function compareLedger(root: string, name: string): 'same' | 'different' | 'absent' {
  const stored = readLedger(root, name)
  const derived = ledgerIn(root, name)
  if (stored === undefined) return 'absent'
  return textOf(stored) === textOf(derived) ? 'same' : 'different'
}

/**
 * Checks that every round the ledger on disk names is still there, unchanged, before another one
 * is added: a candidate that was tried stays counted.
 *
 * @throws {InvalidEvidenceError} one is missing or was changed; names it
 */
export function refuseForgotten(root: string, name: string): void {
  const stored = readLedger(root, name)
  const derived = ledgerIn(root, name)
  const there = new Map(digestsOf(derived))
  for (const [record, sha256] of digestsOf(stored)) {
    if (there.has(record) && (sha256 === undefined || there.get(record) === sha256)) continue
    throw new InvalidEvidenceError(
      `${ledgerPath(root, name)} names ${record}, which ${there.has(record) ? 'was changed' : 'is missing'}: a candidate that was tried stays counted; restore it, or begin another campaign with --campaign NAME`,
    )
  }
}

/** Path of the ledger of a campaign. */
export function ledgerPath(root: string, name: string): string {
  return join(decisionsOf(root), CAMPAIGNS, `${name}.json`)
}

function readLedger(root: string, name: string): CampaignLedger | undefined {
  return readStored(
    ledgerPath(root, name),
    campaignLedgerSchema,
    'was changed or damaged; restore it, or write it again with: assay replay --all --rewrite',
  )
}

function digestsOf(ledger: CampaignLedger | undefined): [string, string | undefined][] {
  return (ledger?.candidates ?? []).flatMap(({ screening, confirmation }) =>
    [screening, ...(confirmation === undefined ? [] : [confirmation])].map(
      ({ record, sha256 }): [string, string | undefined] => [record, sha256],
    ),
  )
}

function textOf(ledger: CampaignLedger | undefined): string {
  return JSON.stringify(ledger && campaignLedgerSchema.parse(ledger))
}

/** Every round of every campaign, ascending by number. */
function roundsIn(root: string): LedgerRound[] {
  const records = readRecords(root).flatMap((record) =>
    toRound(record, { sha256: digestRecord(root, record.id), result: record }),
  )
  const plans = unfinishedIds(root).flatMap((id) => toRound(readBeginning(root, id).plan, {}))
  return [...records, ...plans].sort((a, b) => numberIn(a) - numberIn(b))
}

function toRound(
  round: EvaluationPlan | DecisionRecord,
  result: Pick<LedgerRound, 'sha256' | 'result'>,
): LedgerRound[] {
  const { id, campaign } = round
  return campaign === undefined ? [] : [{ id, subject: subjectOf(round), campaign, ...result }]
}

function numberIn({ id }: LedgerRound): number {
  return Number.parseInt(id, 10)
}
