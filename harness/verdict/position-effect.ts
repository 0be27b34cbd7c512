import type { Arm } from '../contract.js'
import { meanOf, momentsOf, varianceOf } from '../statistics/moments.js'
import { differenceOfMeans } from '../statistics/welch.js'
import { isZeroSpread } from '../statistics/zero-variance.js'
import type { Round } from './rounds.js'

/** If |t| is at least this, the order of the arms is reported as an influence on the ratio. */
export const POSITION_T = 3

const ORDER = ['first', 'second', 'third']
const FEWEST = 3
/**
 * A larger |t| is cut to this, so that t is finite even if the order separates the pairs
 * perfectly.
 */
const MOST_T = 1e6

/**
 * Measures whether the log ratio depends on which arm ran first, by Welch's t between the pairs in
 * which the candidate ran first and the other pairs.
 *
 * @param logRatios ln(candidate / against), one per round, in the same order
 * @returns positive if the candidate looks slower when it runs first; undefined below three pairs
 * of either order, or if nothing varies; within ± 1e6
 * @source Welch 1947, Biometrika 34; the period effect of a crossover: Senn 2002, Cross-over Trials
 * in Clinical Research
 */
export function positionT(
  rounds: readonly Round[],
  logRatios: readonly number[],
  against: Arm,
): number | undefined {
  const candidateFirst = ({ runs }: Round) =>
    ORDER.indexOf(runs.candidate!.position) < ORDER.indexOf(runs[against]!.position)
  const before = logRatios.filter((_, index) => candidateFirst(rounds[index]!))
  const after = logRatios.filter((_, index) => !candidateFirst(rounds[index]!))
  if (before.length < FEWEST || after.length < FEWEST) return undefined
  if (isZeroSpread(Math.sqrt(varianceOf(logRatios)), meanOf(logRatios))) return undefined
  // The order explains every difference, so t would be infinite.
  if (new Set(before).size === 1 && new Set(after).size === 1)
    return before[0]! > after[0]! ? MOST_T : -MOST_T
  return Math.max(
    -MOST_T,
    Math.min(MOST_T, differenceOfMeans(momentsOf(before), momentsOf(after)).t),
  )
}
