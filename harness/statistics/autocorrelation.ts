import { meanOf, sumOf } from './moments.js'

/** A higher correlation is replaced by this: near 1 the factor grows without bound. */
const CAP = 0.6
/** With fewer values the estimate of the correlation is mostly noise. */
const MINIMUM = 20

/**
 * Lag-1 autocorrelation: how strongly each value is correlated with the next one.
 *
 * @param values in the order they were measured, any sign
 * @returns in (−1, 1); undefined if the values do not vary
 * @source Box & Jenkins 1976, Time Series Analysis, ch. 2; golden vectors (`lag1`) from numpy,
 * certified values of NIST StRD
 */
export function lag1(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const mean = meanOf(values)
  const deviations = new Float64Array(values).map((value) => value - mean)
  const total = sumOf(deviations.map((deviation) => deviation ** 2))
  if (!(total > 0)) return undefined
  const products = deviations.subarray(1).map((deviation, index) => deviation * deviations[index]!)
  return sumOf(products) / total
}

/**
 * The factor by which correlation of consecutive values widens a standard error that assumes
 * independence.
 *
 * @returns if n ≥ 20 and r₁ > 2/√n, √((1 + r₁)/(1 − r₁)) with r₁ capped at 0.6; otherwise exactly
 * 1
 * @source Law & Kelton 1991, Simulation Modeling and Analysis, AR(1) variance of a mean
 */
export function autocorrelationInflation(values: readonly number[]): number {
  if (values.length < MINIMUM) return 1
  const r1 = lag1(values)
  if (r1 === undefined || r1 <= 2 / Math.sqrt(values.length)) return 1
  const r = Math.min(r1, CAP)
  return Math.sqrt((1 + r) / (1 - r))
}

/** Normal quantile of a one-sided 1 %. */
const RARE = 2.3263478740408408
/** Below this number of values the normal approximation is too rough. */
const FEWEST = 10

/**
 * Whether a lag-1 correlation is larger than chance explains: independent values exceed this in at
 * most 1 % of cases. Under independence r₁ has the mean −1/n and the standard deviation
 * (n − 2)/(n√(n − 1)).
 *
 * @returns false below ten values
 * @source Moran 1948, Biometrika 35 (moments of the serial correlation); its rate is tested by
 * simulation
 */
export function exceedsChance(r1: number, n: number): boolean {
  if (n < FEWEST) return false
  return r1 + 1 / n > (RARE * (n - 2)) / (n * Math.sqrt(n - 1))
}
