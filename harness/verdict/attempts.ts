import type { Round } from './rounds.js'

/** A check that is repeated once, with fresh pairs, where the first attempt failed. */
export interface Trial<Attempt> {
  /** Complete pairs of one attempt. */
  readonly pairs: number
  readonly judge: (rounds: readonly Round[]) => Attempt
  readonly hasFailed: (attempt: Attempt) => boolean
}

/**
 * The attempts so far, each judged by its own pairs alone: the first, and the repeat if one was
 * made.
 *
 * @param rounds complete rounds in order of pair number (`roundsOf`)
 */
export function attemptsOf<Attempt>(
  rounds: readonly Round[],
  { pairs, judge, hasFailed }: Trial<Attempt>,
): readonly Attempt[] {
  const first = judge(rounds.slice(0, pairs))
  if (rounds.length <= pairs || !hasFailed(first)) return [first]
  return [first, judge(rounds.slice(pairs, 2 * pairs))]
}

/** Whether the trial needs another pair. */
export function wantsPair<Attempt>(
  rounds: readonly Round[],
  { pairs, judge, hasFailed }: Trial<Attempt>,
): boolean {
  if (rounds.length < pairs) return true
  return rounds.length < 2 * pairs && hasFailed(judge(rounds.slice(0, pairs)))
}
