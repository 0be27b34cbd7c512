import type { Round } from './rounds.js'

/** A check that is repeated once, with fresh pairs, if the first attempt failed. */
export interface Trial<Attempt> {
  /** Complete pairs of one attempt. */
  readonly pairs: number
  readonly judge: (rounds: readonly Round[]) => Attempt
  readonly hasFailed: (attempt: Attempt) => boolean
}

/**
 * The first attempt and, if one was made, the repeat. Each is judged only by its own pairs.
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
