import { sum } from 'simple-statistics'
import { normalUpperTail } from './normal.js'
import { rankSum } from './ranks.js'
import { DegenerateSampleError } from './sample.js'

export interface SignedRankTest {
  /** The smaller of the two rank sums. */
  readonly w: number
  /** Two-sided, in [0, 1]. */
  readonly p: number
  readonly method: 'exact' | 'normal'
}

/** Up to this many differences, p is exact, from a count of all assignments of signs. */
const EXACT_UP_TO = 50

/**
 * Wilcoxon's signed-rank test: is the distribution of these differences symmetric about zero?
 *
 * @param differences one per pair; zeros are dropped
 * @returns p is exact for at most 50 differences without ties or zeros; otherwise it is the normal
 * approximation with corrections for ties and continuity
 * @throws {DegenerateSampleError} every difference is zero
 * @source Wilcoxon 1945, Biometrics Bull. 1; golden vectors from scipy.stats.wilcoxon (exact,
 * approx with correction)
 */
export function signedRankTest(differences: readonly number[]): SignedRankTest {
  const nonZero = differences.filter((difference) => difference !== 0)
  const n = nonZero.length
  if (n === 0)
    throw new DegenerateSampleError(
      'the values of every pair are equal, so ranks are undefined; compare the values themselves',
    )
  const { sum: positive, tieTerm } = rankSum(
    nonZero.filter((difference) => difference > 0),
    nonZero.filter((difference) => difference < 0).map(Math.abs),
  )
  const w = Math.min(positive, (n * (n + 1)) / 2 - positive)
  if (tieTerm === 0 && n === differences.length && n <= EXACT_UP_TO)
    return { w, p: exactP(w, n), method: 'exact' }
  const variance = (n * (n + 1) * (2 * n + 1) - tieTerm / 2) / 24
  const z = ((n * (n + 1)) / 4 - w - 0.5) / Math.sqrt(variance)
  return { w, p: Math.min(1, 2 * normalUpperTail(z)), method: 'normal' }
}

/** 2·P(W ≤ w), by counting the subsets of {1 … n} with each sum. */
function exactP(w: number, n: number): number {
  const counts = new Float64Array((n * (n + 1)) / 2 + 1)
  counts[0] = 1
  for (let next = 1; next <= n; next += 1) {
    for (let total = counts.length - 1; total >= next; total -= 1)
      counts[total]! += counts[total - next]!
  }
  return Math.min(1, (2 * sum([...counts.subarray(0, w + 1)])) / 2 ** n)
}
