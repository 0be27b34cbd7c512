import { meanOf, sumOf } from './moments.js'
import { scaled, scaleOf } from './scale.js'

/**
 * Correlation taken into account at most: beyond it the formula explodes faster than it informs.
 */
const CAP = 0.6
/** Fewer values than this say nothing about their correlation. */
const MINIMUM = 20

/**
 * Lag-1 autocorrelation: how much a value tells about the next one.
 *
 * @param values in the order they were measured, any sign and size
 * @returns in (−1, 1); undefined where the values do not vary
 * @source Box & Jenkins 1976, Time Series Analysis, ch. 2; golden vectors (`lag1`) from numpy,
 * certified values of NIST StRD
 */
export function lag1(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const ordinary = scaled(values, scaleOf(values))
  const m = meanOf(ordinary)
  const deviations = new Float64Array(ordinary).map((value) => value - m)
  const total = sumOf(deviations.map((deviation) => deviation ** 2))
  if (!(total > 0)) return undefined
  const products = deviations.subarray(1).map((deviation, index) => deviation * deviations[index]!)
  return sumOf(products) / total
}

/**
 * Factor by which a standard error that assumes independent values has to grow, where the values
 * are visibly correlated.
 *
 * @returns √((1 + r₁)/(1 − r₁)) with r₁ capped at 0.6, where n ≥ 20 and r₁ > 2/√n; otherwise
 * exactly 1
 * @source Law & Kelton 1991, Simulation Modeling and Analysis, AR(1) variance of a mean
 */
export function autocorrelationInflation(values: readonly number[]): number {
  if (values.length < MINIMUM) return 1
  const r1 = lag1(values)
  if (r1 === undefined || r1 <= 2 / Math.sqrt(values.length)) return 1
  const r = Math.min(r1, CAP)
  return Math.sqrt((1 + r) / (1 - r))
}
