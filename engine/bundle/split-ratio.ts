import { type Adjustment, ratioOf } from '../market/adjustments.js'
import { fromUnits, quotient } from '../market/exact.js'
import { type DecimalDigits, decimalDigits, Money } from '../market/money.js'
import { type Rational, rational } from '../market/rational.js'

/** `1:3`, `1/3`, `1 for 3`, `1-for-3` or `1 3`: new shares, then old ones. */
const TWO_NUMBERS = /^([^\s:/]+?)(?:\s*[:/]\s*|\s*-?for-?\s*|\s+)([^\s:/]+)$/i

/**
 * A split ratio of two numbers as text → its parts.
 *
 * @returns undefined if the text is one number, or no ratio
 */
export function twoNumbers(text: string): readonly [string, string] | undefined {
  const match = TWO_NUMBERS.exec(text)
  const [, value = '', per = ''] = match ?? []
  return isPlain(value) && isPlain(per) ? [value, per] : undefined
}

function isPlain(text: string): boolean {
  return decimalDigits(text)?.negative === false
}

/**
 * A split in the form in which it is stored and hashed: see `amountOf`. Anything else is returned
 * as it is, for `contentProblems`.
 */
export function lowestTerms(adjustment: Adjustment, scale: number): Adjustment {
  const { kind, value, per } = adjustment
  if (kind !== 'split' || per === undefined) return adjustment
  if (!(value.isFinite() && value.gt(0) && per.isFinite() && per.gt(0))) return adjustment
  const { per: _, ...split } = adjustment
  return { ...split, ...amountOf(ratioOf(adjustment), scale) }
}

/**
 * The amount of a split by a ratio, so that 1:3 and 2:6 are the same: a decimal if the scale holds
 * it, two whole numbers in lowest terms otherwise.
 */
export function amountOf(
  { numerator, denominator }: Rational,
  scale: number,
): Pick<Adjustment, 'value' | 'per'> {
  if (Number.isInteger(scale) && scale >= 0 && 10n ** BigInt(scale) % denominator === 0n) {
    const decimal = quotient(fromUnits(numerator, 0), fromUnits(denominator, 0), scale)
    return { value: new Money(decimal) }
  }
  return { value: new Money(numerator.toString()), per: new Money(denominator.toString()) }
}

/** The fraction that a decimal seems to be rounded from. */
export interface LikelyRatio {
  readonly ratio: Rational
  /** Whether a coincidence is so unlikely (about 1 in 10 000) that the fraction is meant. */
  readonly certain: boolean
}

/** The largest denominator tried. */
const MOST_PARTS = 1000n
/**
 * A fraction is likely if 10^places is so many times the square of its parts, certain if so many:
 * two fractions of q parts or fewer are at least 1/q² apart.
 */
const LIKELY = 10n
const CERTAIN = 5000n

/**
 * The simplest fraction that equals no decimal of so many places and gives this one if it is
 * rounded or cut to them: 1:3 for 0.333333333, 1:7 for 0.142857.
 *
 * @returns undefined for a decimal that is a simple fraction itself, or near none
 */
export function likelyRatio(text: string): LikelyRatio | undefined {
  const digits = decimalDigits(text)
  if (digits === undefined || digits.negative) return undefined
  const { value, power } = unitsOf(digits)
  for (let parts = 2n; parts <= MOST_PARTS && parts < power; parts++) {
    const whole = (2n * value * parts + power) / (2n * power)
    if (whole === 0n) continue
    if (whole * power === value * parts) return undefined
    const size = parts * parts
    if (size * LIKELY > power) return undefined
    if (isRounded(whole, parts, value, power))
      return { ratio: rational(whole, parts), certain: size * CERTAIN <= power }
  }
  return undefined
}

function unitsOf({ whole, places }: DecimalDigits): { value: bigint; power: bigint } {
  return { value: BigInt(`0${whole}${places}`), power: 10n ** BigInt(places.length) }
}

/** Whether whole ÷ parts, rounded to the nearest unit or cut to units, is `value` units. */
function isRounded(whole: bigint, parts: bigint, value: bigint, power: bigint): boolean {
  const cut = (whole * power) / parts
  const nearest = (2n * whole * power + parts) / (2n * parts)
  return value === cut || value === nearest
}
