import { InputError } from '../errors.js'
import { LARGEST_VALUE, SMALLEST_VALUE } from '../statistics/moments.js'

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
}

/**
 * The number that a text holds: decimal, with an optional exponent, or NaN and infinity as programs
 * print them. Hexadecimal numbers, units, thousands separators and decimal commas are refused,
 * because their meaning would be a guess.
 *
 * @returns undefined for any other text
 */
export function parseNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text)
  const unsigned = NOT_FINITE[text.replace(/^[+-]/, '').toLowerCase()]
  return unsigned === undefined ? undefined : text.startsWith('-') ? -unsigned : unsigned
}

/**
 * Refuses values whose magnitude is not 0 and not between 1e-30 and 1e30. NaN and infinity pass:
 * statistics are absent for them, with the reason.
 *
 * @param place where the value stands, for the message: `a.txt, line 3`
 * @throws {InputError} the value is out of range
 */
export function checkRange(value: number, place: () => string): void {
  const size = Math.abs(value)
  const tooSmall = size > 0 && size < SMALLEST_VALUE
  if (tooSmall || (size > LARGEST_VALUE && size < Number.POSITIVE_INFINITY))
    throw new InputError(
      `${place()}: ${value} is outside the range ${SMALLEST_VALUE} to ${LARGEST_VALUE}; convert all values to another unit, or correct this one`,
    )
}

/** A text in a message: in quotes, at most 30 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 30 ? `${text.slice(0, 29)}…` : text)
}
