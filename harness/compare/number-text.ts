const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
}

/**
 * The number a text says: decimal, with an exponent if any, or NaN and infinity as programs print them. Hexadecimal numbers, units,
 * thousands separators and decimal commas are no numbers: guessing would be wrong sometimes.
 *
 * @returns undefined where it says none
 */
export function parseNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text)
  const unsigned = NOT_FINITE[text.replace(/^[+-]/, '').toLowerCase()]
  return unsigned === undefined ? undefined : text.startsWith('-') ? -unsigned : unsigned
}

/** A text as it is shown in a message: quoted, and short. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 30 ? `${text.slice(0, 29)}…` : text)
}
