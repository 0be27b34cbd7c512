import type { Values } from './moments.js'

/** Rank statistics of two groups ranked together; the smallest value has rank 1. */
export interface RankSum {
  /**
   * Sum of the ranks of the first group; equal values share the mean of their ranks. The sum is
   * exact, as a multiple of one half.
   */
  readonly sum: number
  /** Σ(t³ − t) over groups of t equal values; 0 if all differ. */
  readonly tieTerm: number
}

/**
 * The rank sum of `first` among the values of both groups, with mid-ranks, in O(n log n).
 *
 * @source Kruskal & Wallis 1952, JASA 47 (mid-ranks and the term for ties); golden vectors through
 * the rank tests
 */
export function rankSum(first: Values, second: Values): RankSum {
  // Typed arrays sort numerically without a comparator: a million values take 0.1 s.
  const [a, b] = [new Float64Array(first).sort(), new Float64Array(second).sort()]
  let [i, j, sum, tieTerm] = [0, 0, 0, 0]
  while (i < a.length || j < b.length) {
    const value = j >= b.length || (i < a.length && a[i]! <= b[j]!) ? a[i]! : b[j]!
    const [startA, startB] = [i, j]
    while (i < a.length && a[i] === value) i += 1
    while (j < b.length && b[j] === value) j += 1
    const tied = i - startA + (j - startB)
    sum += (i - startA) * (startA + startB + (tied + 1) / 2)
    tieTerm += tied ** 3 - tied
  }
  return { sum, tieTerm }
}
