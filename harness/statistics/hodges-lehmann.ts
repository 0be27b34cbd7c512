import { median } from 'simple-statistics'

/**
 * The Hodges–Lehmann estimator: the median of the means of all pairs of values, each with itself included.
 *
 * @param values n ≥ 1, any unit
 * @source Hodges & Lehmann 1963, Ann. Math. Stat. 34; golden vectors from numpy
 */
export function hodgesLehmann(values: readonly number[]): number {
  return median(values.flatMap((value, index) => values.slice(index).map((other) => (value + other) / 2)))
}
