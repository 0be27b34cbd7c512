import { sum } from 'simple-statistics'
import type { Values } from './moments.js'
import { normalUpperTail } from './normal.js'
import { rankSum } from './ranks.js'
import { DegenerateSampleError } from './sample.js'

export interface RankSumTest {
  /** Pairs (a, b) in which a is larger; ties count one half. */
  readonly u: number
  /** Two-sided, in [0, 1]. */
  readonly p: number
  readonly method: 'exact' | 'normal'
}

/** The largest sample size for which p is exact, from a count of every order of the values. */
const EXACT_UP_TO = 50

/**
 * The Mann–Whitney test: does one arm tend to have larger values than the other? It ignores the
 * pairing.
 *
 * @param a n ≥ 1 values of any sign  @param b like a; sizes may differ
 * @returns p is exact if both samples have at most 50 values and no ties; otherwise it is the
 * normal approximation with corrections for ties and continuity
 * @throws {DegenerateSampleError} all values of both samples are equal
 * @source Mann & Whitney 1947, Ann. Math. Stat. 18; golden vectors from scipy.stats.mannwhitneyu
 */
export function rankSumTest(a: Values, b: Values): RankSumTest {
  const { sum: ranks, tieTerm } = rankSum(a, b)
  const n = a.length + b.length
  const u = ranks - (a.length * (a.length + 1)) / 2
  const larger = Math.max(u, a.length * b.length - u)
  if (tieTerm === 0 && Math.max(a.length, b.length) <= EXACT_UP_TO) {
    return { u, p: exactP(a.length * b.length - larger, a.length, b.length), method: 'exact' }
  }
  const variance = ((a.length * b.length) / 12) * (n + 1 - tieTerm / (n * (n - 1)))
  if (!(variance > 0))
    throw new DegenerateSampleError(
      'all values are equal, so ranks are undefined; compare the values themselves',
    )
  const z = (larger - (a.length * b.length) / 2 - 0.5) / Math.sqrt(variance)
  return { u, p: Math.min(1, 2 * normalUpperTail(z)), method: 'normal' }
}

/** 2·P(U ≤ u), by counting the ways to choose the places of a's values among all. */
function exactP(u: number, sizeA: number, sizeB: number): number {
  // ways[k][s]: the number of ways to choose k places with U = s
  const ways = Array.from({ length: sizeA + 1 }, () => new Float64Array(sizeA * sizeB + 1))
  ways[0]![0] = 1
  for (let place = 0; place < sizeA + sizeB; place += 1) {
    for (let chosen = Math.min(sizeA, place + 1); chosen >= 1; chosen -= 1) {
      // If this place is the chosen-th, (place + 1 − chosen) values of b come before it.
      const before = place + 1 - chosen
      if (before > sizeB) continue
      const extended = ways[chosen]!
      const shorter = ways[chosen - 1]!
      for (let s = extended.length - 1; s >= before; s -= 1) extended[s]! += shorter[s - before]!
    }
  }
  const all = ways[sizeA]!
  return Math.min(1, (2 * sum([...all.subarray(0, u + 1)])) / sum([...all]))
}
