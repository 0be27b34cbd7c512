import type { Values } from './moments.js'

/** Values of two arms as distances from one point. */
export interface Shifted {
  readonly a: Values
  readonly b: Values
}

/**
 * Both arms less the first value of `a`, where no subtraction rounds; otherwise as they are. A
 * difference of means does not notice, but values like 10⁹ ± 1 lose seven digits in the means alone
 * before these are subtracted.
 *
 * @param a n ≥ 1 finite values  @param b as a
 * @source Sterbenz 1974, Floating-Point Computation (nothing rounds within a factor of two); Møller
 * 1965, BIT 5 (what a sum rounds away)
 */
export function shifted(a: Values, b: Values): Shifted {
  const origin = a[0]!
  const nearA = less(a, origin)
  const nearB = nearA && less(b, origin)
  return nearA === undefined || nearB === undefined ? { a, b } : { a: nearA, b: nearB }
}

/** Undefined where some subtraction rounds. */
function less(values: Values, origin: number): Float64Array | undefined {
  const result = new Float64Array(values.length)
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!
    const distance = value - origin
    const taken = distance - value
    // The rounding of the subtraction; NaN where it overflows.
    if (value - (distance - taken) - (origin + taken) !== 0) return undefined
    result[index] = distance
  }
  return result
}
