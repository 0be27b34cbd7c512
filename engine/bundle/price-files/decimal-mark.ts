import { fault } from '../csv-rows.js'
import { quoted } from '../printable.js'
import type { TextAt } from './date-column.js'

/** What stands before the decimal places; the other one may group thousands. */
export type DecimalMark = '.' | ','

/**
 * Finds the decimal mark of a file's numbers. A number decides it where it can be read in one way
 * only: `10,5` and `1.234,56` have a decimal comma, `1,234.5` and `1,234,567` a decimal point.
 * `1,234` can be both, so a file that has only such numbers with a comma is refused.
 *
 * @param decimalComma  see `ReadingOptions`
 * @throws {EngineError} `input-invalid`: numbers of both kinds, or none that decides
 */
export function decimalMarkOf(
  path: string,
  numbers: Iterable<TextAt>,
  decimalComma: boolean | undefined,
): DecimalMark {
  if (decimalComma !== undefined) return decimalComma ? ',' : '.'
  const { decided, open } = marksOf(numbers)
  const [first, second] = decided.values()
  if (first !== undefined && second !== undefined) throw bothMarks(path, first, second)
  const [mark] = decided.keys()
  if (mark !== undefined || open === undefined) return mark ?? '.'
  throw fault(
    path,
    open.line,
    `${quoted(open.text)} has a comma before three digits, and no number of the file decides whether it is a decimal comma; give --decimal-comma or --thousands-comma`,
  )
}

/** The first number that decides for each mark, and the first with a comma that decides nothing. */
function marksOf(numbers: Iterable<TextAt>): {
  readonly decided: ReadonlyMap<DecimalMark, TextAt>
  readonly open: TextAt | undefined
} {
  const decided = new Map<DecimalMark, TextAt>()
  let open: TextAt | undefined
  for (const at of numbers) {
    if (decidesNothing(at.text, decided.has('.'))) continue
    const mark = markOf(at.text)
    if (mark === undefined && at.text.includes(',')) open ??= at
    if (mark !== undefined && !decided.has(mark)) decided.set(mark, at)
    if (decided.size === 2) break
  }
  return { decided, open }
}

/** Most numbers: whole, or with one point where a point is decided already. */
function decidesNothing(text: string, point: boolean): boolean {
  if (text.includes(',')) return false
  const first = text.indexOf('.')
  return first < 0 || (point && first === text.lastIndexOf('.'))
}

/** The mark of one number; undefined where it could be either. */
function markOf(text: string): DecimalMark | undefined {
  const digits = text.replace(/[^\d.,]/g, '')
  const comma = digits.lastIndexOf(',')
  const point = digits.lastIndexOf('.')
  if (comma >= 0 && point >= 0) return comma > point ? ',' : '.'
  const mark = comma >= 0 ? ',' : '.'
  const other = comma >= 0 ? '.' : ','
  if (digits.indexOf(mark) !== digits.lastIndexOf(mark)) return other
  return /^[1-9]\d{0,2}[.,]\d{3}$/.test(digits) ? undefined : mark
}

function bothMarks(path: string, first: TextAt, second: TextAt): Error {
  return fault(
    path,
    second.line,
    `${quoted(second.text)} and ${quoted(first.text)} on line ${first.line} have different decimal marks; write all numbers in one form`,
  )
}
