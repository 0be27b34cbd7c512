import { scaled, scaleOf } from './scale.js'

/** Values in their order, plain or typed. */
export type Values = readonly number[] | Float64Array

/**
 * Squares added up plainly: their relative error, n·2^−53, stays below 1e-12 by far. Beyond it
 * every addition is compensated.
 */
const PLAIN_UP_TO = 1000

/** What the tests of means need to know of a sample. */
export interface Moments {
  readonly n: number
  /** Of the values times `factor`. */
  readonly mean: number
  /** With n − 1, of the values times `factor`; of equal values exactly 0. */
  readonly variance: number
  /** By which the values were brought into the range of `scaleOf` 1. */
  readonly factor: number
}

/**
 * Mean and variance with n − 1, in two passes.
 *
 * @param values n ≥ 2  @param factor of `scaleOf`
 * @source Chan, Golub & LeVeque 1983, The American Statistician 37 (corrected two-pass algorithm):
 * the second sum takes back what the rounding of the mean put in
 */
export function momentsOf(values: Values, factor = 1): Moments {
  const n = values.length
  const ordinary = scaled(values, factor)
  if (isConstant(ordinary)) return { n, mean: ordinary[0]!, variance: 0, factor }
  const mean = sumOf(ordinary) / n
  const deviations = new Float64Array(n)
  for (let index = 0; index < n; index += 1) deviations[index] = ordinary[index]! - mean
  const drift = sumOf(deviations)
  return { n, mean, variance: (sumOfSquares(deviations) - (drift * drift) / n) / (n - 1), factor }
}

/**
 * The moments of two samples of one unit, brought into range together, so that their means can be
 * subtracted.
 */
export interface JointMoments {
  readonly a: Moments
  /** With the same factor. */
  readonly b: Moments
}

/** @param a n ≥ 2 values  @param b as a */
export function jointMoments(a: Values, b: Values): JointMoments {
  const factor = scaleOf(a, b)
  return { a: momentsOf(a, factor), b: momentsOf(b, factor) }
}

/**
 * Arithmetic mean with a compensated sum; of equal values exactly that value.
 *
 * @param values n ≥ 1, within the range of `scaleOf` 1
 * @source Neumaier 1974, ZAMM 54 (compensated sum); NIST StRD in the tests
 */
export function meanOf(values: Values): number {
  return isConstant(values) ? values[0]! : sumOf(values) / values.length
}

/**
 * Sample variance with n − 1; of equal values exactly 0.
 *
 * @param values n ≥ 2, within the range of `scaleOf` 1
 * @source as `momentsOf`
 */
export function varianceOf(values: Values): number {
  return momentsOf(values).variance
}

/**
 * The sum, compensated: the rounding of every addition is taken back at the end.
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

/** Σd²; the deviations are overwritten. */
function sumOfSquares(deviations: Float64Array): number {
  for (let index = 0; index < deviations.length; index += 1)
    deviations[index] = deviations[index]! * deviations[index]!
  if (deviations.length > PLAIN_UP_TO) return sumOf(deviations)
  let total = 0
  for (let index = 0; index < deviations.length; index += 1) total += deviations[index]!
  return total
}
