/**
 * Statistics are computed only for values in this range of magnitudes: Welch's degrees of freedom
 * take fourth powers, which must also fit in a double.
 */
export const SMALLEST_VALUE = 1e-30
export const LARGEST_VALUE = 1e30

/**
 * Finite values in their order, each 0 or of a magnitude from `SMALLEST_VALUE` to `LARGEST_VALUE`.
 * The range is checked when values are read (`compare`) and when a budget counts them.
 */
export type Values = readonly number[] | Float64Array

/**
 * Up to this many squares are added without compensation, with a relative error n·2^−53 below
 * 1.2e-13.
 */
const PLAIN_UP_TO = 1000

/** Size, mean and variance of a sample: the input of every test of means. */
export interface Moments {
  readonly n: number
  readonly mean: number
  /** Sample variance (divisor n − 1); exactly 0 if all values are equal. */
  readonly variance: number
}

/**
 * Mean and variance (divisor n − 1), in two passes.
 *
 * @param values n ≥ 2
 * @source Chan, Golub & LeVeque 1983, The American Statistician 37 (corrected two-pass algorithm):
 * the sum of the deviations corrects for the rounding of the mean
 */
export function momentsOf(values: Values): Moments {
  const n = values.length
  if (isConstant(values)) return { n, mean: values[0]!, variance: 0 }
  const mean = sumOf(values) / n
  const deviations = new Float64Array(n)
  for (let index = 0; index < n; index += 1) deviations[index] = values[index]! - mean
  const drift = sumOf(deviations)
  return { n, mean, variance: (sumOfSquares(deviations) - (drift * drift) / n) / (n - 1) }
}

/**
 * Arithmetic mean with a compensated sum. If all values are equal, the result is exactly that
 * value.
 *
 * @param values n ≥ 1
 * @source Neumaier 1974, ZAMM 54 (compensated sum); NIST StRD in the tests
 */
export function meanOf(values: Values): number {
  return isConstant(values) ? values[0]! : sumOf(values) / values.length
}

/**
 * Sample variance (divisor n − 1). If all values are equal, the result is exactly 0.
 *
 * @param values n ≥ 2
 * @source the same as for `momentsOf`
 */
export function varianceOf(values: Values): number {
  return momentsOf(values).variance
}

/**
 * Compensated sum: the rounding errors of the additions are collected and added at the end.
 *
 * @source Neumaier 1974, ZAMM 54
 */
export function sumOf(values: Values): number {
  let total = 0
  let correction = 0
  for (let index = 0; index < values.length; index += 1) {
    const next = values[index]!
    const sum = total + next
    correction += Math.abs(total) >= Math.abs(next) ? total - sum + next : next - sum + total
    total = sum
  }
  return total + correction
}

/** Whether all values are the same. */
function isConstant(values: Values): boolean {
  for (let index = 1; index < values.length; index += 1)
    if (values[index] !== values[0]) return false
  return true
}

/** Σd². Overwrites the array of deviations. */
function sumOfSquares(deviations: Float64Array): number {
  for (let index = 0; index < deviations.length; index += 1)
    deviations[index] = deviations[index]! * deviations[index]!
  if (deviations.length > PLAIN_UP_TO) return sumOf(deviations)
  let total = 0
  for (let index = 0; index < deviations.length; index += 1) total += deviations[index]!
  return total
}
