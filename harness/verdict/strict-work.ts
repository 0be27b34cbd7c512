import type { CaseConclusion } from './gate.js'

/** Executions of one pass in base and head; absent if they cannot be compared exactly. */
export interface ComparedWork {
  readonly before: number
  readonly after: number
}

/**
 * The verdict on a case whose executions decide, too. Added work beyond the limit fails it, however
 * fast it is. Work that cannot be compared exactly never passes: what time does not fail is then
 * inconclusive. Otherwise the verdict by time stands.
 *
 * @param time  the verdict by time
 * @param work  undefined if there are no exact counts of both versions
 * @param limit largest addition that is allowed, as a fraction of the work of the base; 0: none
 */
export function concludeWithWork(
  time: CaseConclusion,
  work: ComparedWork | undefined,
  limit: number,
): CaseConclusion {
  if (work !== undefined && isAdded(work, limit))
    return {
      verdict: 'fail',
      reasons: ['added-work', ...(time.verdict === 'fail' ? time.reasons : [])],
    }
  if (work !== undefined || time.verdict === 'fail') return time
  const reasons = time.verdict === 'inconclusive' ? time.reasons : []
  return { verdict: 'inconclusive', reasons: ['work-not-exact', ...reasons] }
}

/** Written so that NaN counts as added. */
function isAdded({ before, after }: ComparedWork, limit: number): boolean {
  return !(after - before <= limit * before)
}
