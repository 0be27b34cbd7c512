import type { Decimal } from 'decimal.js'
import { divideHalfEven, Money } from './money.js'
import { type Rational, rational } from './rational.js'

/**
 * Decimals of the ledger. `Money` keeps 28 significant digits, so a longer product would be
 * rounded twice, to 28 digits and then to the tick. Here sums and products are never rounded: the
 * given amounts are bounded (see `MOST_SHARES` and `isShort`), and their longest product has fewer
 * than 200 digits. Quotients are divided in integers: see `quotient` and `timesRatio`. The form of
 * the text is that of `Money`.
 */
export const Exact = Money.clone({ precision: 500 })
/** A decimal whose sums and products do not round. */
export type Exact = Decimal

/** The largest order and the largest position. */
const MOST_SHARES = 1e30
const MOST_EXPONENT = 30

/** Significant digits that a given amount may have. */
const MOST_DIGITS = 40

/** The same number as an exact decimal. */
export function exact(value: Decimal.Value): Exact {
  // Not `instanceof`: all clones of Decimal share a prototype.
  return (value as Decimal).constructor === Exact ? (value as Exact) : new Exact(value)
}

/** Whether shares are beyond the limit, or not a number; the exponent nearly always decides it. */
export function isTooMany(shares: Exact): boolean {
  return !(shares.e < MOST_EXPONENT) && !shares.abs().lte(MOST_SHARES)
}

/** Whether an amount has so few digits that its products stay exact. */
export function isShort(value: Exact): boolean {
  return value.isFinite() && value.precision() <= MOST_DIGITS && Math.abs(value.e) <= MOST_DIGITS
}

/**
 * numerator ÷ denominator, rounded half-even to `places` decimal places, once: this is done in
 * integers, because a quotient that is first rounded to a number of digits can miss an exact tie.
 *
 * @param denominator  not zero
 */
export function quotient(numerator: Exact, denominator: Exact, places: number): Exact {
  return rounded(inIntegers(numerator, denominator), places)
}

/** numerator ÷ denominator without its fraction, towards zero. */
export function truncatedQuotient(numerator: Exact, denominator: Exact): Exact {
  return truncated(inIntegers(numerator, denominator))
}

/** value × ratio, rounded half-even to `places` decimal places, once; a ratio of any length. */
export function timesRatio(value: Exact, ratio: Rational, places: number): Exact {
  return rounded(productInIntegers(value, ratio), places)
}

/** value × ratio without its fraction, towards zero. */
export function truncatedTimes(value: Exact, ratio: Rational): Exact {
  return truncated(productInIntegers(value, ratio))
}

/** A fraction whose parts may have any sign and common divisors, unlike those of a `Rational`. */
interface Fraction {
  readonly top: bigint
  readonly bottom: bigint
}

function rounded({ top, bottom }: Fraction, places: number): Exact {
  return fromUnits(divideHalfEven(top * 10n ** BigInt(places), bottom), places)
}

function truncated({ top, bottom }: Fraction): Exact {
  return fromUnits(top / bottom, 0)
}

function productInIntegers(value: Exact, { numerator, denominator }: Rational): Fraction {
  const places = value.decimalPlaces()
  return {
    top: unitsOf(value, places) * numerator,
    bottom: denominator * 10n ** BigInt(places),
  }
}

/** A whole number of units of 10^-places. */
export function fromUnits(units: bigint | number, places: number): Exact {
  return new Exact(`${units}e-${places}`)
}

/** a ÷ b in lowest terms; both positive. */
export function ratioOfDecimals(a: Decimal, b: Decimal): Rational {
  const { top, bottom } = inIntegers(exact(a), exact(b))
  return rational(top, bottom)
}

/** Two integers with the same quotient. */
function inIntegers(numerator: Exact, denominator: Exact): Fraction {
  const places = Math.max(numerator.decimalPlaces(), denominator.decimalPlaces())
  return { top: unitsOf(numerator, places), bottom: unitsOf(denominator, places) }
}

/** value × 10^places, a whole number: value has at most so many decimal places. */
export function unitsOf(value: Exact, places: number): bigint {
  const [whole = '', fraction = ''] = value.toFixed().split('.')
  return BigInt(whole + fraction.padEnd(places, '0'))
}
