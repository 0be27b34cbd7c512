const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** Codes of characters; a number begins and ends with none beyond the first and the last. */
const PLUS = 0x2b
const ZERO = 0x30
const NINE = 0x39
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
}

/**
 * The number a text says: decimal, with an exponent if any, or NaN and infinity as programs print
 * them. Hexadecimal numbers, units, thousands separators and decimal commas are no numbers:
 * guessing would be wrong sometimes.
 *
 * @returns undefined where it says none
 */
export function parseNumber(text: string): number | undefined {
  const value = Number(text)
  // The conversion of the language is fast and says the same, but for nothing at all, blanks
  // around, and 0x10.
  if (value - value === 0 && isPlain(text)) return value
  if (DECIMAL.test(text)) return value
  const unsigned = NOT_FINITE[text.replace(/^[+-]/, '').toLowerCase()]
  return unsigned === undefined ? undefined : text.startsWith('-') ? -unsigned : unsigned
}

/**
 * Whether a text that converts to a number is one in decimal: no blanks around it, and no 0x before
 * it.
 */
function isPlain(text: string): boolean {
  const [first, second, last] = [
    text.charCodeAt(0),
    text.charCodeAt(1),
    text.charCodeAt(text.length - 1),
  ]
  const nothingAround = first >= PLUS && first <= NINE && last <= NINE && last > PLUS
  return nothingAround && !(first === ZERO && second > NINE)
}

/** A text as it is shown in a message: quoted, and short. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 30 ? `${text.slice(0, 29)}…` : text)
}
