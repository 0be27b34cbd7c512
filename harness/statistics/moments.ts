import { mean } from 'simple-statistics'

/** Squares added up plainly: their relative error, n·2^−53, stays below 1e-12 by far. Beyond it every addition is compensated. */
const PLAIN_UP_TO = 1000

/**
 * Arithmetic mean with a compensated sum; of equal values exactly that value.
 *
 * @param values n ≥ 1, within the range of `scaleOf` 1
 * @source Neumaier 1974, ZAMM 54 (compensated sum, by simple-statistics); NIST StRD in the tests
 */
export function meanOf(values: readonly number[]): number {
  return isConstant(values) ? values[0]! : mean(values as number[])
}

/**
 * Sample variance with n − 1, in two passes; of equal values exactly 0.
 *
 * @param values n ≥ 2, within the range of `scaleOf` 1
 * @source Chan, Golub & LeVeque 1983, The American Statistician 37, eq. 1.7: the second sum takes back what the rounding of the mean put in
 */
export function varianceOf(values: readonly number[]): number {
  if (isConstant(values)) return 0
  const centre = meanOf(values)
  const drift = compensatedSum(values, (value) => value - centre)
  return (sumOfSquares(values, centre) - (drift * drift) / values.length) / (values.length - 1)
}

/** Whether all values are the same. */
function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0])
}

/** Σ(x − centre)². */
function sumOfSquares(values: readonly number[], centre: number): number {
  if (values.length > PLAIN_UP_TO) return compensatedSum(values, (value) => (value - centre) * (value - centre))
  let total = 0
  for (const value of values) total += (value - centre) * (value - centre)
  return total
}

function compensatedSum(values: readonly number[], term: (value: number) => number): number {
  let total = 0
  let correction = 0
  for (const value of values) {
    const next = term(value)
    const sum = total + next
    correction += Math.abs(total) >= Math.abs(next) ? total - sum + next : next - sum + total
    total = sum
  }
  return total + correction
}
