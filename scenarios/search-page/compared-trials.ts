import { formatCount } from '../../harness/text/format.js'
import type { ResultTrial, SearchResults } from '../search/search-results.js'

/** A trial with a score. */
export interface ScoredTrial extends ResultTrial {
  readonly score: number
}

/** The trials that a page compares, and how many it leaves out. */
export interface ComparedTrials {
  /**
   * On all bars, with a score, not bankrupt, within the constraints; the best first, of equal ones
   * the earlier.
   */
  readonly trials: readonly ScoredTrial[]
  /** What the others are, such as `3 bankrupt`; empty if there are none. */
  readonly leftOut: readonly string[]
}

/** Divides the trials of a search into those that can be compared and the others. */
export function comparedTrials({ trials }: SearchResults, sign: 1 | -1): ComparedTrials {
  const counts = new Map<string, number>()
  const compared: ScoredTrial[] = []
  for (const trial of trials) {
    const reason = reasonAgainst(trial)
    if (reason === undefined) compared.push(trial as ScoredTrial)
    else counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  compared.sort((a, b) => sign * (b.score - a.score) || a.index - b.index)
  const leftOut = [...counts].map(([reason, count]) => `${formatCount(count)} ${reason}`)
  return { trials: compared, leftOut }
}

function reasonAgainst({ score, bankrupt, fidelity, violation }: ResultTrial): string | undefined {
  if (bankrupt !== undefined) return 'bankrupt'
  if (fidelity !== undefined) return 'on a share of the bars'
  if (violation !== undefined) return 'against the constraints'
  return score === undefined ? 'without a score' : undefined
}

/**
 * The best trials and others evenly, so that a plot of many stays small.
 *
 * @param trials  the best first, as in the result
 */
export function sampledTrials(
  trials: readonly ScoredTrial[],
  most: number,
): readonly ScoredTrial[] {
  if (trials.length <= most) return trials
  const best = Math.floor(most / 4)
  const step = (trials.length - best) / (most - best)
  return Array.from({ length: most }, (_, i) => {
    const at = i < best ? i : best + Math.floor((i - best) * step)
    return trials[at]!
  })
}

/** The value below which a share of sorted values lies. */
export function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))]!
}
