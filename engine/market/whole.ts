import type { Decimal } from 'decimal.js'
import { type Exact, exact, fromUnits, unitsOf } from './exact.js'
import { divideHalfEven, MAX_UNSCALED } from './money.js'

/**
 * An exact whole number, such as an amount in ticks: a double up to 2^53 − 1, a bigint beyond. The
 * form follows from the value, so that equal values are identical, and doubles and bigints can be
 * compared by `<` and `>`.
 */
export type Whole = number | bigint

/** A bigint in its normal form. */
export function wholeOf(value: bigint): Whole {
  const double = Number(value)
  return double <= MAX_UNSCALED && double >= -MAX_UNSCALED ? double : value
}

/** a + b. */
export function sum(a: Whole, b: Whole): Whole {
  if (typeof a === 'number' && typeof b === 'number') {
    const total = a + b
    if (total <= MAX_UNSCALED && total >= -MAX_UNSCALED) return total
  }
  return wholeOf(BigInt(a) + BigInt(b))
}

/** a − b. */
export function difference(a: Whole, b: Whole): Whole {
  return sum(a, negated(b))
}

/** −a. */
export function negated(a: Whole): Whole {
  // Subtracting from 0 gives no −0.
  return typeof a === 'number' ? 0 - a : -a
}

/** a × b. */
export function product(a: Whole, b: Whole): Whole {
  if (typeof a === 'number' && typeof b === 'number') {
    const double = a * b
    // A product beyond the limit is at least 2^53 after rounding, too. Adding 0 removes −0.
    if (double <= MAX_UNSCALED && double >= -MAX_UNSCALED) return double + 0
  }
  return wholeOf(BigInt(a) * BigInt(b))
}

/** Up to here, the rounded quotient of two doubles never reaches the next whole number. */
const MOST_DIVIDED = 2 ** 52

/**
 * a ÷ b, rounded half-even.
 *
 * @param b  above 0
 */
export function divided(a: Whole, b: Whole): Whole {
  if (typeof a !== 'number' || typeof b !== 'number' || a < 0 || a > MOST_DIVIDED)
    return wholeOf(divideHalfEven(BigInt(a), BigInt(b)))
  const floor = Math.floor(a / b)
  const rest = a - floor * b
  const fromHalf = rest - (b - rest)
  return fromHalf > 0 || (fromHalf === 0 && floor % 2 === 1) ? floor + 1 : floor
}

/** −1, 0 or 1. */
export function signOf(a: Whole): -1 | 0 | 1 {
  if (a > 0) return 1
  return a < 0 ? -1 : 0
}

/** An amount of at most `places` decimal places in units of 10^-places. */
export function wholeUnits(amount: Exact, places: number): Whole {
  return wholeOf(unitsOf(amount, places))
}

/** The amount of a whole number of units of 10^-places. */
export function exactAmount(units: Whole, places: number): Exact {
  return places === 0 && typeof units === 'number' ? exact(units) : fromUnits(units, places)
}

/** A decimal as a quotient of whole numbers. */
export interface Fraction {
  readonly top: Whole
  /** A power of ten. */
  readonly bottom: Whole
}

/** An exact decimal × 10^places as a fraction. */
export function fractionOf(value: Decimal.Value, places = 0): Fraction {
  const amount = exact(value)
  const kept = Math.max(amount.decimalPlaces(), places)
  return { top: wholeUnits(amount, kept), bottom: wholeOf(10n ** BigInt(kept - places)) }
}
