import { momentsOf, type Values } from '../statistics/moments.js'
import { DegenerateSampleError } from '../statistics/sample.js'
import type { TrimmedEstimate } from '../statistics/trimmed.js'
import { meanDifference } from '../statistics/welch.js'
import { isZeroSpread } from '../statistics/zero-variance.js'

/**
 * The estimator for unpaired values: the difference of the means of the logs, with Welch's standard
 * error and degrees of freedom. It has the shape of the paired estimate, so the same statistics are
 * computed from both.
 *
 * @param a values of the reference, n ≥ 2, finite and positive  @param b values of the candidate,
 * as a; sizes may differ
 * @returns m = mean ln(b) − mean ln(a), untrimmed (g = 0); n is the harmonic mean of the sizes, so
 * se·√n is the standard deviation of the log ratio of one value of each
 * @source Welch 1947, Biometrika 34, on logarithms
 */
export function unpairedEstimate(a: Values, b: Values): TrimmedEstimate {
  const n = 2 / (1 / a.length + 1 / b.length)
  // The logs are taken relative to one of the values, so that they are small and keep more digits.
  const logsOf = (values: Values) =>
    new Float64Array(values).map((value) => Math.log(value / a[0]!))
  try {
    const { difference, se, df } = meanDifference(momentsOf(logsOf(a)), momentsOf(logsOf(b)))
    const zeroVariance = isZeroSpread(se * Math.sqrt(n), difference)
    return { n, g: 0, m: -difference, se: zeroVariance ? 0 : se, df, zeroVariance }
  } catch (error) {
    if (!(error instanceof DegenerateSampleError)) throw error
    return {
      n,
      g: 0,
      m: Math.log(b[0]! / a[0]!),
      se: 0,
      df: a.length + b.length - 2,
      zeroVariance: true,
    }
  }
}
