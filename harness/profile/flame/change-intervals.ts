import type { Interval } from '../../statistics/interval.js'
import {
  type MixedError,
  twoSidedQuantile,
  twoSidedTail,
} from '../../statistics/variance-mixture.js'
import { errorOfChange, type MeanShares, type ShareNoise } from './share-noise.js'

/**
 * Of the changes that are called significant, the expected part that are none (false discovery
 * rate).
 */
export const FALSE_DISCOVERIES = 0.01
/** Parts with fewer samples in both arms together could not become significant. */
const LEAST_SAMPLES = 20
/** What all intervals have in common. */
export interface ChangeSetting {
  /** CPU of a pass, µs: of the arm compared with, then of the candidate. */
  readonly wholes: readonly [number, number]
  readonly noise: ShareNoise
  /** From `marginOfTotal`. */
  readonly totalMargin: number
}

/**
 * The interval of the change of each part; undefined for parts with too few samples.
 *
 * The intervals that exclude zero are the discoveries of Benjamini and Hochberg at a false
 * discovery rate of 1 %, and of these intervals 99 % are expected to hold. Two errors add up in
 * each. That of the total is the same for all parts; half of it is put on each arm, so that
 * swapping the arms only swaps the signs. That of a part's share is judged together with the shares
 * of all parts.
 *
 * @param times  for both arms, CPU of a pass in each part, µs
 * @param shares for both arms
 * @source Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57; Benjamini & Yekutieli 2005, J. Am.
 * Stat. Assoc. 100, for the intervals
 */
export function changeIntervals(
  times: readonly Float64Array[],
  shares: readonly [MeanShares, MeanShares],
  { wholes, noise, totalMargin }: ChangeSetting,
): (Interval | undefined)[] {
  const factor = Math.exp(totalMargin / 2)
  const tested = [...times[0]!.keys()].flatMap((part) => {
    if (samplesOf(shares, part) < LEAST_SAMPLES) return []
    const [before, after] = [times[0]![part]!, times[1]![part]!]
    const lower = after / factor - before * factor
    const upper = after * factor - before / factor
    return [{ part, lower, upper, error: errorOfChange(shares, wholes, part, noise) }]
  })
  const marginOf = twoSidedQuantile(discoveryLevel(tested.map(pOfNoChange)))
  const intervals: (Interval | undefined)[] = Array.from(times[0]!, () => undefined)
  for (const { part, lower, upper, error } of tested) {
    const margin = error === undefined ? 0 : marginOf(error)
    intervals[part] = { lower: lower - margin, upper: upper + margin }
  }
  return intervals
}

/** Two-sided p of a part without a change, if the total is right within its margin. */
function pOfNoChange({
  lower,
  upper,
  error,
}: Interval & { readonly error: MixedError | undefined }): number {
  const distance = Math.max(lower, -upper)
  if (!(distance > 0)) return 1
  return error === undefined ? 0 : twoSidedTail(error, distance)
}

/**
 * The level of the intervals, such that exactly the discoveries exclude zero.
 *
 * @param ps two-sided, any order
 */
function discoveryLevel(ps: readonly number[]): number {
  const sorted = Float64Array.from(ps).sort()
  let found = 0
  for (let rank = 1; rank <= sorted.length; rank++)
    if (sorted[rank - 1]! <= (rank * FALSE_DISCOVERIES) / sorted.length) found = rank
  return (Math.max(found, 1) * FALSE_DISCOVERIES) / Math.max(sorted.length, 1)
}

/** Parts that are worth a test: this does not depend on which arm the samples are from. */
export function samplesOf(arms: readonly MeanShares[], part: number): number {
  return arms.reduce(
    (sum, { mean, samples, processes }) => sum + mean[part]! * samples * processes,
    0,
  )
}
