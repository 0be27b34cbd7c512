import { parse } from 'csv-parse/sync'
import { InputError } from '../errors.js'
import { parseNumber, shown } from './number-text.js'
import type { Offer } from './series.js'

/** A row of cells, perhaps with blanks around them, and the line it stands in, from 1. */
interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

const DELIMITERS = [',', ';', '\t']
const KNOWN = 'give one number per line, CSV with a head line, JSON, or runs.jsonl'

/**
 * What a text file offers: one number per line, or the columns of a CSV file. Blank lines and lines that begin with `#` say nothing.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} neither of the two
 */
export function readText(text: string, path: string): Offer[] {
  const [first, second] = firstLines(text)
  if (first === undefined) return [{ name: '1', read: () => ({ values: [] }) }]
  const delimiter = DELIMITERS.map((sign) => ({ sign, count: first.text.split(sign).length })).sort(
    (a, b) => b.count - a.count,
  )[0]!
  if (delimiter.count > 1) return columns(rowsOf(text, delimiter.sign, path), path)
  if (parseNumber(first.text.trim()) !== undefined) return [{ name: '1', read: () => ({ values: numberPerLine(text, path) }) }]
  if (second === undefined || parseNumber(second.text.trim().replace(/^"(.*)"$/, '$1')) === undefined)
    throw notNumeric(path, first.line, first.text.trim())
  return columns(rowsOf(text, ',', path), path)
}

/** Lines that say something, as they are. One at a time: a million strings kept at once cost more than everything that is done with them. */
function* linesOf(text: string): Generator<{ readonly line: number; readonly text: string }> {
  for (let start = 0, line = 1; start < text.length; line += 1) {
    const end = text.indexOf('\n', start)
    const content = text.slice(start, end < 0 ? text.length : end)
    const said = content.trimStart()
    if (said !== '' && !said.startsWith('#')) yield { line, text: content }
    start = end < 0 ? text.length : end + 1
  }
}

function firstLines(text: string) {
  const lines = linesOf(text)
  const take = () => {
    const next = lines.next()
    return next.done === true ? undefined : next.value
  }
  return [take(), take()] as const
}

function numberPerLine(text: string, path: string): number[] {
  const values: number[] = []
  for (let start = 0, line = 1; start < text.length; line += 1) {
    const end = text.indexOf('\n', start)
    const content = text.slice(start, end < 0 ? text.length : end)
    const value = parseNumber(content) ?? careful(content, line, path)
    if (value !== undefined) values.push(value)
    start = end < 0 ? text.length : end + 1
  }
  return values
}

/** The number of a line that is not just a number; undefined where it says nothing. */
function careful(content: string, line: number, path: string): number | undefined {
  const said = content.trim()
  if (said === '' || said.startsWith('#')) return undefined
  const value = parseNumber(said)
  if (value === undefined) throw notNumeric(path, line, said)
  return value
}

function columns(rows: Iterable<Row>, path: string): Offer[] {
  const first = firstOf(rows)
  const head = { ...first, cells: first.cells.map((cell) => cell.trim()) }
  const titled = head.cells.some((cell) => cell !== '' && parseNumber(cell) === undefined)
  const names = head.cells.map((cell, index) => (titled && cell !== '' ? cell : String(index + 1)))
  const doubled = names.find((name, index) => names.indexOf(name) !== index)
  if (doubled !== undefined)
    throw new InputError(`${path}, line ${head.line}: two columns are called ${shown(doubled)}; give each a name of its own`)
  return names.map((name, index) => {
    let known: ReturnType<Offer['read']> | undefined
    const read = () => {
      known ??= readColumn(rows, titled ? head : undefined, { name, index, of: names.length }, path)
      return known
    }
    return { name, aliases: [String(index + 1)], read }
  })
}

/** @param head the line of titles; undefined: there is none */
function readColumn(
  rows: Iterable<Row>,
  head: Row | undefined,
  column: { readonly name: string; readonly index: number; readonly of: number },
  path: string,
): ReturnType<Offer['read']> {
  const values: number[] = []
  let gap: number | undefined
  let interior: number | undefined
  for (const { line, cells } of rows) {
    if (line === head?.line) continue
    if (cells.length > column.of)
      throw new InputError(
        `${path}, line ${line}: ${cells.length} cells where the first line has ${column.of}; quote cells that hold a separator`,
      )
    const cell = (cells[column.index] ?? '').trim()
    if (cell === '') {
      gap ??= line
      continue
    }
    interior ??= gap
    const value = parseNumber(cell)
    if (value === undefined)
      throw new InputError(
        `${path}, line ${line}, column ${column.name}: ${shown(cell)} is no number; choose another column, or correct it`,
      )
    values.push(value)
  }
  return { values, ...(interior !== undefined && { unpairable: `line ${interior} has no value in column ${column.name}` }) }
}

function firstOf(rows: Iterable<Row>): Row {
  for (const row of rows) return row
  throw new Error('rows of a text that says nothing')
}

function rowsOf(text: string, delimiter: string, path: string): Iterable<Row> {
  if (!text.includes('"')) return rowPerLine(text, (line) => line.split(delimiter))
  for (const { text: line } of linesOf(text))
    if (quotedCells(line, delimiter) === undefined) return parsedRows(text, delimiter, path)
  return rowPerLine(text, (line) => quotedCells(line, delimiter)!)
}

function rowPerLine(text: string, cellsOf: (line: string) => readonly string[]): Iterable<Row> {
  return {
    *[Symbol.iterator]() {
      for (const { line, text: content } of linesOf(text)) yield { line, cells: cellsOf(content) }
    },
  }
}

/** The cells of a line in which each is quoted as a whole or not at all; undefined where only a real parser knows what is meant. */
function quotedCells(line: string, delimiter: string): string[] | undefined {
  const cells: string[] = []
  for (let start = 0; ; ) {
    const end = line.indexOf(delimiter, start)
    const cell = line.slice(start, end < 0 ? line.length : end).trim()
    if (!cell.includes('"')) cells.push(cell)
    else if (cell.length > 1 && cell.indexOf('"', 1) === cell.length - 1 && cell.startsWith('"')) cells.push(cell.slice(1, -1))
    else return undefined
    if (end < 0) return cells
    start = end + 1
  }
}

/** Rows of a text whose cells hold separators, quotes or lines. */
function parsedRows(text: string, delimiter: string, path: string): Row[] {
  try {
    const parsed = parse(text, {
      delimiter,
      comment: '#',
      comment_no_infix: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[]
    return parsed.map(({ record, info }) => ({ line: info.lines, cells: record }))
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw new InputError(`${path} is no CSV: ${why}; close its quotes`, { cause: error })
  }
}

function notNumeric(path: string, line: number, text: string): InputError {
  const words = text.split(/\s+/)
  if (words.length > 1 && words.every((word) => parseNumber(word) !== undefined))
    return new InputError(`${path}, line ${line}: ${shown(text)} holds several numbers; put one per line, or commas between them`)
  return new InputError(`${path}, line ${line}: ${shown(text)} is no number; ${KNOWN}`)
}
