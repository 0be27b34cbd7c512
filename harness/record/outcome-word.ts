import type { DecisionRecord, WorkloadRecord } from './record-schema.js'
import { awaitsConfirmation } from './supersession.js'

type Outcome = WorkloadRecord['looks'][number]['outcome']

/** A guard is not accepted or rejected: it stays within its limit or does not. */
const GUARD_WORDS: Readonly<Partial<Record<Outcome, string>>> = {
  accepted: 'within limit',
  rejected: 'over limit',
}

/** The word for the outcome of a look. */
export function outcomeWord(role: WorkloadRecord['role'], outcome: Outcome): string {
  return role === 'guard' ? (GUARD_WORDS[outcome] ?? outcome) : outcome
}

/**
 * The word for the outcome of a workload. One that was not measured to its end, because another
 * workload had decided, is not undecided by its own figures.
 */
export function workloadOutcome({
  role,
  verdict,
  reasons,
}: Pick<WorkloadRecord, 'role' | 'verdict' | 'reasons'>): string {
  return reasons.includes('not-needed') ? 'stopped early' : outcomeWord(role, verdict)
}

/** The verdict of a record in words: a screening that is passed is not undecided. */
export function verdictWords(record: Pick<DecisionRecord, 'verdict' | 'reasons'>): string {
  return awaitsConfirmation(record) ? 'passed screening' : record.verdict
}

/** The verdict of a record in a list of records. */
export function listedVerdict(record: DecisionRecord): string {
  const { injected, campaign } = record
  const words = verdictWords(record)
  if (injected !== undefined) return `${words} (control with an injected effect)`
  if (campaign === undefined) return words
  const { name, candidate, round } = campaign
  return `${words} (campaign ${name}, ${round} of candidate ${candidate})`
}
