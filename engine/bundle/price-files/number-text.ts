import type { DecimalMark } from './decimal-mark.js'

/** Whether a cell stands for a missing number. */
export function isMissing(text: string): boolean {
  return text === '' || /^(?:nan|null|none|n\/a|na|-+)$/i.test(text)
}

const PLAIN = /^\d+(?:\.\d+)?$/
const CURRENCY =
  /^([+-]?)\s*(?:US\$|[$€£¥₹₿]|(?:USD|EUR|GBP|CHF)\s)\s*|\s*(?:[$€£¥₹₿]|USD|EUR|GBP|CHF)$/gi
/** Groups of three, or of two before the last three as in India. */
const GROUPED = /^[+-]?(?:\d{1,3}(?: \d{3})+|\d{1,2}(?: \d{2})* \d{3})(?:\.\d*)?$/
/** `110'160` can be the price of a bond, 110 and 16/32; as a volume it cannot. */
const IN_32NDS = /^\d+['’]\d+$/
const SUFFIX = /^(.*\d)\s*([KMBT])$/i
const POWERS: Readonly<Record<string, number>> = { K: 3, M: 6, B: 9, T: 12 }

/**
 * A number as files write it → plain decimal text, digit for digit: `$1,234.50` is `1234.50`,
 * `1.234,5` with a decimal comma is `1234.5`, `58.4M` is `58.4e6` where suffixes are allowed.
 *
 * @returns the text itself where it is not such a number, to be refused by its reader
 */
export function plainNumber(text: string, mark: DecimalMark, suffixes: boolean): string {
  if (mark === '.' && PLAIN.test(text)) return text
  const bare = text.replace('\u2212', '-').replace(CURRENCY, '$1').trim()
  const suffix = suffixes ? SUFFIX.exec(bare) : null
  const digits = suffix?.[1]?.trim() ?? bare
  const number = !suffixes && IN_32NDS.test(digits) ? undefined : ungrouped(digits, mark)
  if (number === undefined) return text
  return suffix === null ? number : `${number}e${POWERS[suffix[2]!.toUpperCase()]}`
}

/** Without the marks between thousands, with a decimal point; undefined where groups are not. */
function ungrouped(text: string, mark: DecimalMark): string | undefined {
  const thousands = mark === '.' ? ',' : '.'
  const spaced = text
    .replaceAll(thousands, ' ')
    .replace(/['’\u00a0\u202f\u2009]/g, ' ')
    .replace(mark, '.')
  if (!spaced.includes(' ')) return spaced
  return GROUPED.test(spaced) ? spaced.replaceAll(' ', '') : undefined
}
