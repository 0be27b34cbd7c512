/** Values in their order, plain or typed. */
export type Values = readonly number[] | Float64Array

/** Squares added up plainly: their relative error, n·2^−53, stays below 1e-12 by far. Beyond it every addition is compensated. */
const PLAIN_UP_TO = 1000

/**
 * Arithmetic mean with a compensated sum; of equal values exactly that value.
 *
 * @param values n ≥ 1, within the range of `scaleOf` 1
 * @source Neumaier 1974, ZAMM 54 (compensated sum); NIST StRD in the tests
 */
export function meanOf(values: Values): number {
  return isConstant(values) ? values[0]! : sumOf(values.length, (index) => values[index]!) / values.length
}

/**
 * Sample variance with n − 1, in two passes; of equal values exactly 0.
 *
 * @param values n ≥ 2, within the range of `scaleOf` 1
 * @source Chan, Golub & LeVeque 1983, The American Statistician 37, eq. 1.7: the second sum takes back what the rounding of the mean put in
 */
export function varianceOf(values: Values): number {
  if (isConstant(values)) return 0
  const centre = meanOf(values)
  const drift = sumOf(values.length, (index) => values[index]! - centre)
  return (sumOfSquares(values, centre) - (drift * drift) / values.length) / (values.length - 1)
}

/**
 * term(0) + … + term(count − 1), compensated: the rounding of every addition is taken back at the end.
 *
 * @source Neumaier 1974, ZAMM 54
 */
export function sumOf(count: number, term: (index: number) => number): number {
  let total = 0
  let correction = 0
  for (let index = 0; index < count; index += 1) {
    const next = term(index)
    const sum = total + next
    correction += Math.abs(total) >= Math.abs(next) ? total - sum + next : next - sum + total
    total = sum
  }
  return total + correction
}

/** Whether all values are the same. */
function isConstant(values: Values): boolean {
  for (let index = 1; index < values.length; index += 1) if (values[index] !== values[0]) return false
  return true
}

/** Σ(x − centre)². */
function sumOfSquares(values: Values, centre: number): number {
  if (values.length > PLAIN_UP_TO) return sumOf(values.length, (index) => (values[index]! - centre) ** 2)
  let total = 0
  for (const value of values) total += (value - centre) * (value - centre)
  return total
}
