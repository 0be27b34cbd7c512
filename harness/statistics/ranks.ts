/** Ranks of values, 1 for the smallest. */
export interface Ranks {
  /** In the order of the values; equal values share the mean of their ranks. */
  readonly ranks: readonly number[]
  /** Σ(t³ − t) over groups of t equal values; 0 where all differ. */
  readonly tieTerm: number
}

/**
 * Mid-ranks.
 *
 * @source Kruskal 1952, Ann. Math. Stat. 23 (mid-ranks); golden vectors through the rank tests
 */
export function rank(values: readonly number[]): Ranks {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Array<number>(values.length)
  let tieTerm = 0
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1
    for (const index of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2
    tieTerm += (end - start) ** 3 - (end - start)
  }
  return { ranks, tieTerm }
}
