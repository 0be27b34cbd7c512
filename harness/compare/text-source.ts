import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { readTable, type Table } from './csv-table.js'
import { checkRange, parseNumber, quoted } from './number-text.js'
import type { Offer } from './series.js'

const DELIMITERS = [',', ';', '\t']
const FORMATS = 'give one number per line, CSV with a header line, JSON, or runs.jsonl'

interface Line {
  /** From 1. */
  readonly line: number
  /** Without blanks around it. */
  readonly text: string
}

/**
 * What a text file offers: one number per line, or the columns of a CSV file. Blank lines and lines
 * that begin with `#` are skipped.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} the text is neither of the two
 */
export function readText(text: string, path: string): Offer[] {
  const lines = contentLines(text)
  const first = lines.next().value
  if (first === undefined) return [noValues()]
  const delimiter = DELIMITERS.map((sign) => ({ sign, count: first.text.split(sign).length })).sort(
    (a, b) => b.count - a.count,
  )[0]!
  if (delimiter.count > 1) return columns(readTable(text, delimiter.sign, path), path)
  if (parseNumber(first.text) !== undefined)
    return [{ name: '1', read: () => ({ values: numberPerLine(text, path) }) }]
  const second = lines.next().value
  if (second === undefined || parseNumber(second.text.replace(/^"(.*)"$/, '$1')) === undefined)
    throw notNumeric(path, first)
  return columns(readTable(text, ',', path), path)
}

/** The lines that are neither blank nor comments. */
function* contentLines(text: string): Generator<Line, undefined> {
  for (let start = 0, line = 1; start < text.length; line += 1) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const content = text.slice(start, end).trim()
    if (content !== '' && !content.startsWith('#')) yield { line, text: content }
    start = end + 1
  }
}

function noValues(): Offer {
  return { name: '1', read: () => ({ values: [] }) }
}

function numberPerLine(text: string, path: string): Float64Array {
  const values: number[] = []
  for (const line of contentLines(text)) {
    const value = parseNumber(line.text)
    if (value === undefined) throw notNumeric(path, line)
    checkRange(value, () => `${path}, line ${line.line}`)
    values.push(value)
  }
  return new Float64Array(values)
}

function notNumeric(path: string, { line, text }: Line): InputError {
  const words = text.split(/\s+/)
  if (words.length > 1 && words.every((word) => parseNumber(word) !== undefined))
    return new InputError(
      `${path}, line ${line}: ${quoted(text)} holds several numbers; put one per line, or commas between them`,
    )
  return new InputError(`${path}, line ${line}: ${quoted(text)} is not a number; ${FORMATS}`)
}

function columns(table: Table, path: string): Offer[] {
  const header = table.rows[0]?.map((cell) => cell.trim())
  if (header === undefined) return [noValues()]
  const titled = header.some((cell) => cell !== '' && parseNumber(cell) === undefined)
  const names = header.map((cell, index) => (titled && cell !== '' ? cell : String(index + 1)))
  const doubled = names.find((name, index) => names.indexOf(name) !== index)
  if (doubled !== undefined)
    throw new InputError(
      `${path}, line ${table.lineOf(0)}: two columns have the name ${quoted(doubled)}; rename one`,
    )
  return names.map((name, index) => {
    let column: ReturnType<Offer['read']> | undefined
    const read = () => {
      column ??= readColumn(table, titled ? 1 : 0, { name, index, of: names.length }, path)
      return column
    }
    return { name, aliases: [String(index + 1)], read }
  })
}

/** @param start the first row of values  @param column its place, and the number of columns */
function readColumn(
  table: Table,
  start: number,
  column: { readonly name: string; readonly index: number; readonly of: number },
  path: string,
): ReturnType<Offer['read']> {
  const place = (row: number) => `${path}, line ${table.lineOf(row)}`
  const values: number[] = []
  let gap: number | undefined
  let innerGap: number | undefined
  for (const [row, cells] of table.rows.entries()) {
    if (row < start) continue
    if (cells.length > column.of)
      throw new InputError(
        `${place(row)}: ${cells.length} cells where the first line has ${column.of}; quote cells that hold a separator`,
      )
    const cell = (cells[column.index] ?? '').trim()
    if (cell === '') {
      gap ??= row
      continue
    }
    innerGap ??= gap
    const value = parseNumber(cell)
    if (value === undefined)
      throw new InputError(
        `${place(row)}, column ${column.name}: ${quoted(cell)} is not a number; choose another column, or correct it`,
      )
    checkRange(value, () => `${place(row)}, column ${column.name}`)
    values.push(value)
  }
  const unpairable =
    innerGap === undefined
      ? undefined
      : `line ${table.lineOf(innerGap)} has no value in column ${column.name}`
  return { values: new Float64Array(values), ...defined({ unpairable }) }
}
