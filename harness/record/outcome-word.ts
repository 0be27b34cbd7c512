import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

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

/** The verdict of a record in a list of records. */
export function listedVerdict({ verdict, injected }: DecisionRecord): string {
  return injected === undefined ? verdict : `${verdict} (control with an injected effect)`
}
