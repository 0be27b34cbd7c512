import type { JournalLine, RunFailure } from '../evidence/run-record.js'

const MOST_IN_WORKLOAD = 2
const MOST_IN_ARM = 1

/**
 * Describes how a workload failed more often than allowed; undefined if it did not.
 *
 * A failed pair is retried once. Two failures in a row, two in the same arm, or more than two in
 * the workload are too many; otherwise retries could get a flaky candidate accepted.
 *
 * @param runs the journal so far
 */
export function exceededAllowance(
  runs: readonly JournalLine[],
  workload: string,
): string | undefined {
  const failures = runs.filter(
    (line): line is RunFailure => 'error' in line && line.workload === workload,
  )
  const last = failures.at(-1)
  if (last === undefined) return undefined
  const inArm = failures.filter(({ arm }) => arm === last.arm).length
  const inARow = failures.some(({ pair }) => pair === last.pair - 1)
  if (inArm <= MOST_IN_ARM && !inARow && failures.length <= MOST_IN_WORKLOAD) return undefined
  return `${workload} failed ${failures.length} times, last the ${last.arm} in pair ${last.pair}: ${last.error}`
}
