import { momentsOf } from '../../statistics/moments.js'
import { tUpperQuantile } from '../../statistics/student-t.js'
import { trimmedEstimate } from '../../statistics/trimmed.js'

/** How exactly the ratio of two arms' CPU times is known. */
export interface TotalError {
  /** Standard error of its logarithm. */
  readonly error: number
  /** Degrees of freedom of this error. */
  readonly df: number
}

/** CPU of a pass in each process of two arms, ms. */
export interface TimedArms {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** Probability that the margin of the total is too small. It is one number for a whole picture. */
const TOTAL_ERROR = 0.005
/** No timing is more exact than this. */
const LEAST_ERROR = 0.001

/**
 * The error of the ratio of measured pairs, as of the estimate that verdicts use.
 *
 * @param arms the processes at the same index are a pair; at least two pairs
 */
export function errorOfPairs({ before, after }: TimedArms): TotalError {
  const { se, df } = trimmedEstimate(after.map((ms, pair) => Math.log(ms / before[pair]!)))!
  return { error: se, df }
}

/**
 * The error of the ratio of arms that ran in a few rounds. The processes at the same index are a
 * round: they ran as those of a measured pair do, so what disturbed one disturbed the other.
 *
 * @param timed   the rounds whose times are compared, at least one
 * @param further rounds of the same arms under a profiler, which also show how ratios vary; at
 * least two rounds in one of all these series
 */
export function errorOfRounds(timed: TimedArms, further: readonly TimedArms[]): TotalError {
  const series = [timed, ...further]
    .map(({ before, after }) => before.map((ms, round) => Math.log(after[round]! / ms)))
    .filter((ratios) => ratios.length >= 2)
    .map(momentsOf)
  const df = series.reduce((sum, { n }) => sum + n - 1, 0)
  const squares = series.reduce((sum, { n, variance }) => sum + (n - 1) * variance, 0)
  return { error: Math.sqrt(squares / df / timed.before.length), df }
}

/** By which factor the ratio may be wrong: the margin of its logarithm. */
export function marginOfTotal({ error, df }: TotalError): number {
  return tUpperQuantile(TOTAL_ERROR / 2, df) * Math.max(error, LEAST_ERROR)
}
