import { InputError } from '../errors.js'
import { LARGEST_VALUE, SMALLEST_VALUE } from '../statistics/moments.js'

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
])

/**
 * The number that a text holds: decimal, with an optional exponent, or NaN and infinity as programs
 * print them. Hexadecimal numbers, units, thousands separators and decimal commas are refused,
 * because their meaning would be a guess.
 *
 * @returns undefined for any other text
 */
export function parseNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text)
  const unsigned = NOT_FINITE.get(text.replace(/^[+-]/, '').toLowerCase())
  return unsigned === undefined ? undefined : text.startsWith('-') ? -unsigned : unsigned
}

/** Texts that stand for a missing value. */
const MISSING = /^(?:n\/?a|#n\/a|null|none|nil|undefined|missing|-+|\?|\.+)$/i
/** `12.3 ms`, `1.5e3us`, `45 %`: a number with a unit. */
const WITH_UNIT =
  /^[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?\s*(?:[nuµμm]?s|[nuµμm]?secs?|seconds?|min|h|%|[KMG]?i?B|ops|x)(?:\/\w+)?$/i
const HEXADECIMAL = /^[+-]?0[xob][\da-f]+$/i
/** `2026-01-05`, `2026-01-05T10:00:00Z`, `05/01/2026 10:00`, `10:00:03.5`. */
const TIME_STAMP = /^(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d.*)?|\d{1,2}:\d{2}(?::\d{2}.*)?)$/
const GROUPED = /^[+-]?\d{1,3}(?:[,'_ \u00a0\u202f]\d{3})+(?:[.,]\d+)?$/
const DECIMAL_COMMA = /^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$/

/** `ESC[31m` and the like: a program coloured its output. */
const COLOUR = /\p{Cc}\[[\d;]*[a-zA-Z]/gu

/**
 * Whether a text is a value, such as a number, `12.3 ms`, `N/A`, `0x10`, `12,5` or
 * `2026-01-05T10:00`, even if it cannot be read, coloured or not. The title of a column is not a
 * value.
 */
export function looksLikeValue(cell: string): boolean {
  const text = cell.replace(COLOUR, '').trim()
  return (
    parseNumber(text) !== undefined ||
    [MISSING, WITH_UNIT, HEXADECIMAL, TIME_STAMP, GROUPED, DECIMAL_COMMA].some((form) =>
      form.test(text),
    )
  )
}

/** Whether a text is a number whose decimal sign is a comma. */
function hasDecimalComma(text: string): boolean {
  return DECIMAL_COMMA.test(text)
}

/**
 * A part of a message that explains why a text is not a number and what to do: `"0x10" is not a
 * number; …`.
 */
export function notANumber(text: string, remedy: string): string {
  const problem = `${quoted(text)} is not a number`
  if (hasDecimalComma(text))
    return `${problem}: its decimal sign is a comma; write ${text.replace(',', '.')}`
  return `${problem}; ${remedy}`
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
