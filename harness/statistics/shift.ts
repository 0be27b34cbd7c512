/** Values of two arms as distances from one point. */
export interface Shifted {
  readonly a: readonly number[]
  readonly b: readonly number[]
}

/**
 * Both arms less the first value of `a`, where no subtraction rounds; otherwise as they are. A difference of means does not notice, but values like
 * 10⁹ ± 1 lose seven digits in the means alone before these are subtracted.
 *
 * @param a n ≥ 1 finite values  @param b as a
 * @source Sterbenz 1974, Floating-Point Computation (nothing rounds within a factor of two); Møller 1965, BIT 5 (what a sum rounds away)
 */
export function shifted(a: readonly number[], b: readonly number[]): Shifted {
  const origin = a[0]!
  const nearA = less(a, origin)
  const nearB = nearA && less(b, origin)
  return nearA === undefined || nearB === undefined ? { a, b } : { a: nearA, b: nearB }
}

/** Undefined where some subtraction rounds. */
function less(values: readonly number[], origin: number): number[] | undefined {
  const result: number[] = []
  for (const value of values) {
    const distance = value - origin
    const taken = distance - value
    // The rounding of the subtraction; NaN where it overflows.
    if (value - (distance - taken) - (origin + taken) !== 0) return undefined
    result.push(distance)
  }
  return result
}
