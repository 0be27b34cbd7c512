import { InputError } from '../errors.js'
import { shellWord } from '../text/shell-word.js'
import type { Table } from './csv-table.js'
import { looksLikeValue, parseNumber, quoted } from './number-text.js'
import type { Offer } from './series.js'

/**
 * Whether the first row of a table holds the titles of its columns: texts that cannot be values. A
 * row of labels and values, `run1,100.5`, is a row like the others.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} the row contains titles and numbers, so its meaning would be a guess
 */
export function holdsTitles({ rows, lineOf }: Table, path: string): boolean {
  const [first = [], second = []] = rows
  const cells = first.map((cell) => cell.trim())
  const isText = (cell: string) => cell !== '' && !looksLikeValue(cell)
  if (!cells.some(looksLikeValue)) return cells.some(isText)
  const above = cells.findIndex(
    (cell, index) => isText(cell) && parseNumber((second[index] ?? '').trim()) !== undefined,
  )
  if (above < 0) return false
  throw new InputError(
    `${path}, line ${lineOf(0)}: ${quoted(cells[above]!)} is a title, but ${quoted(cells.find(looksLikeValue)!)} looks like a value; give every column a title, or remove the line`,
  )
}

/**
 * The reason why two columns without titles may be one column of numbers with a decimal comma,
 * `12,51`. Undefined if they cannot be.
 */
export function commaProblem(
  offers: readonly Offer[],
  table: Table,
  delimiter: string,
  path: string,
): string | undefined {
  if (delimiter !== ',' || offers.length !== 2) return undefined
  const row = table.rows.findIndex((cells) => /^[+-]?\d+,\d/.test(cells.join(',')))
  if (row < 0 || !table.rows.every((cells) => maybeOneNumber(cells))) return undefined
  return `${path}, line ${table.lineOf(row)}: ${quoted(table.rows[row]!.join(','))} is one number with a decimal comma (or grouped digits), or two columns; write numbers like 1234.5, or name the columns: ${shellWord(`${path}:1`)} ${shellWord(`${path}:2`)}`
}

function maybeOneNumber(cells: readonly string[]): boolean {
  return /^[+-]?\d+$/.test(cells[0] ?? '') && /^(\d+(\.\d*)?([eE][+-]?\d+)?)?$/.test(cells[1] ?? '')
}
