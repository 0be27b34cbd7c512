import { exactLogRatio } from '../statistics/exact-log.js'
import { momentsOf, type Values } from '../statistics/moments.js'
import { DegenerateSampleError } from '../statistics/sample.js'
import type { TrimmedEstimate } from '../statistics/trimmed.js'
import { meanDifference } from '../statistics/welch.js'
import { isZeroSpread } from '../statistics/zero-variance.js'

/**
 * The estimator for values that are not paired: the difference of the means of the logs, its error
 * and degrees of freedom by Welch. The result has the shape of the paired estimate, so that
 * everything made of one can be made of the other.
 *
 * @param a values of the reference, n ≥ 2, finite and positive  @param b values of the candidate,
 * as a; sizes may differ
 * @returns m = mean ln(b) − mean ln(a), nothing trimmed (g = 0); n is the harmonic mean of the
 * sizes, so that se·√n is the standard deviation of
 *   the log ratio of one value of each
 * @source Welch 1947, Biometrika 34, on logarithms
 */
export function unpairedEstimate(a: Values, b: Values): TrimmedEstimate {
  const n = 2 / (1 / a.length + 1 / b.length)
  // Logs of ratios to one of the values keep the digits that the logs of large numbers lose.
  const logsOf = (values: Values) =>
    new Float64Array(values).map((value) => exactLogRatio(a[0]!, value))
  try {
    const { difference, se, df } = meanDifference({
      a: momentsOf(logsOf(a)),
      b: momentsOf(logsOf(b)),
    })
    const zeroVariance = isZeroSpread(se * Math.sqrt(n), difference)
    return { n, g: 0, m: -difference, se: zeroVariance ? 0 : se, df, zeroVariance }
  } catch (error) {
    if (!(error instanceof DegenerateSampleError)) throw error
    return {
      n,
      g: 0,
      m: exactLogRatio(a[0]!, b[0]!),
      se: 0,
      df: a.length + b.length - 2,
      zeroVariance: true,
    }
  }
}
