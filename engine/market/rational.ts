import type { Decimal } from 'decimal.js'
import { divideHalfEven } from './money.js'

/** An exact positive fraction in lowest terms. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

export const ONE: Rational = { numerator: 1n, denominator: 1n }

/** numerator ÷ denominator in lowest terms; both positive. */
export function rational(numerator: bigint, denominator: bigint): Rational {
  const divisor = greatestCommonDivisor(numerator, denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

/** A decimal as an exact fraction. */
export function rationalOf(value: Decimal): Rational {
  const [whole = '', fraction = ''] = value.toFixed().split('.')
  return rational(BigInt(whole + fraction), 10n ** BigInt(fraction.length))
}

/** a × b, in lowest terms. */
export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator)
}

/** 1 ÷ a. */
export function invert(a: Rational): Rational {
  return { numerator: a.denominator, denominator: a.numerator }
}

/** Whether a fraction in lowest terms is 1. */
export function isOne(a: Rational): boolean {
  return a.numerator === a.denominator
}

/**
 * The product of a fraction and the products before it. Its double is computed at once, its exact
 * value only if needed: bigints of many factors have hundreds of digits.
 */
export class Product {
  /** The product as a double, NaN outside 2^±900. */
  readonly estimate: number
  /**
   * Bound of the relative error of `estimate` times a number of ticks. Each of n factors has an
   * error of at most 3 · 2^-53 as a double, and each of n multiplications adds 2^-53: together less
   * than n · 2^-50.
   */
  readonly error: number
  readonly #factor: Rational
  readonly #before: Product | undefined
  #exact: Rational | undefined

  constructor(factor: Rational, before?: Product) {
    this.#factor = factor
    this.#before = before
    this.estimate = inRange(toDouble(factor) * (before?.estimate ?? 1))
    this.error = RELATIVE_ERROR + (before?.error ?? 0)
  }

  get exact(): Rational {
    this.#exact ??=
      this.#before === undefined ? this.#factor : multiply(this.#before.exact, this.#factor)
    return this.#exact
  }
}

/**
 * Whole ticks times a product of fractions, rounded half-even, once and exactly.
 *
 * Doubles suffice for nearly every number of ticks. The exact bigint division is needed only if
 * the result is within the error of the double of a half.
 *
 * @param ticks  a whole number ≥ 0
 * @returns rounded ticks; beyond 2^53 they are not exact, so callers check the size
 */
export function scaleTicks(ticks: number, product: Product): number {
  const scaled = ticks * product.estimate
  const floor = Math.floor(scaled)
  const fromHalf = scaled - floor - 0.5
  const bound = scaled * product.error
  if (fromHalf > bound) return floor + 1
  if (fromHalf < -bound) return floor
  return scaleExactly(ticks, product.exact)
}

const RELATIVE_ERROR = 2 ** -50

/** The same as `scaleTicks`, always in bigint: slower, and the reference for its tests. */
export function scaleExactly(ticks: number, factor: Rational): number {
  return Number(divideHalfEven(BigInt(ticks) * factor.numerator, factor.denominator))
}

/**
 * A fraction as a double, with a relative error of at most 3 · 2^-53; NaN outside 2^±900, where
 * `scaleTicks` then uses bigints. Dividing both parts as doubles is enough up to about 300 digits;
 * beyond that a shifted quotient is computed, which takes ten times as long.
 */
export function toDouble({ numerator, denominator }: Rational): number {
  const quotient = inRange(Number(numerator) / Number(denominator))
  return Number.isNaN(quotient) ? shiftedQuotient(numerator, denominator) : quotient
}

/** NaN for a double that may have underflowed or overflowed, or soon does. */
function inRange(value: number): number {
  return value > 2 ** -900 && value < 2 ** 900 ? value : Number.NaN
}

function shiftedQuotient(numerator: bigint, denominator: bigint): number {
  const shift = bitLength(denominator) - bitLength(numerator) + 64
  if (Math.abs(shift) > 900) return Number.NaN
  const quotient =
    shift >= 0
      ? (numerator << BigInt(shift)) / denominator
      : numerator / (denominator << BigInt(-shift))
  return Number(quotient) * 2 ** -shift
}

function bitLength(value: bigint): number {
  return value.toString(16).length * 4
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}
