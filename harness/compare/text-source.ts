import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { readTable, type Table } from './csv-table.js'
import { commaProblem, holdsTitles } from './first-row.js'
import { checkRange, looksLikeValue, notANumber, parseNumber, quoted } from './number-text.js'
import { readGoBenchmarks } from './readers/go-benchmark.js'
import type { Offer } from './series.js'
import { unitOfName } from './unit.js'

const DELIMITERS = [',', ';', '\t']
const FORMATS =
  'give one number per line, CSV with a header line, JSON, runs.jsonl, or the output of go test -bench'

/** What a text offers. */
export interface TextContent {
  readonly offers: readonly Offer[]
  /** Why its series must be named: their number is uncertain. */
  readonly uncertain?: string
}

interface Line {
  /** From 1. */
  readonly line: number
  /** Without blanks around it. */
  readonly text: string
}

/**
 * What a text file offers: one number per line, the columns of a CSV file, or the benchmarks of
 * `go test -bench`. Blank lines and lines that begin with `#` are skipped.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} the text is none of them
 */
export function readText(text: string, path: string): TextContent {
  const benchmarks = readGoBenchmarks(text, path)
  if (benchmarks !== undefined) return { offers: benchmarks }
  const lines = contentLines(text)
  const first = lines.next().value
  if (first === undefined) return { offers: [noValues()] }
  const delimiter = delimiterOf(first.text)
  if (delimiter !== undefined) return readColumns(text, delimiter, path)
  if (parseNumber(first.text) !== undefined)
    return { offers: [{ name: '1', read: () => ({ values: numberPerLine(text, path) }) }] }
  const second = lines.next().value
  if (looksLikeValue(first.text) || second === undefined) throw notNumeric(path, first)
  const bare = second.text.replace(/^"(.*)"$/, '$1')
  if (parseNumber(bare) === undefined)
    throw notNumeric(path, looksLikeValue(bare) ? { ...second, text: bare } : first)
  return readColumns(text, ',', path)
}

/** The sign that separates the cells of a line; undefined where it has one cell. */
function delimiterOf(line: string): string | undefined {
  // `12,5;12,6` is two numbers with decimal commas.
  const certain = [';', '\t'].find((sign) => {
    const cells = line.split(sign)
    return cells.length > 1 && cells.every((cell) => looksLikeValue(cell.trim()))
  })
  if (certain !== undefined) return certain
  const [most] = DELIMITERS.map((sign) => ({ sign, count: line.split(sign).length })).sort(
    (a, b) => b.count - a.count,
  )
  return most !== undefined && most.count > 1 ? most.sign : undefined
}

function readColumns(text: string, delimiter: string, path: string): TextContent {
  const table = readTable(text, delimiter, path)
  const offers = columns(table, path)
  const uncertain = commaProblem(offers, table, delimiter, path)
  return { offers, ...defined({ uncertain }) }
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
  return new InputError(`${path}, line ${line}: ${notANumber(text, FORMATS)}`)
}

function columns(table: Table, path: string): Offer[] {
  const header = table.rows[0]?.map((cell) => cell.trim())
  if (header === undefined) return [noValues()]
  const titled = holdsTitles(table, path)
  const names = header.map((cell, index) => (titled && cell !== '' ? cell : String(index + 1)))
  const doubled = firstRepeated(names)
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
    return { name, aliases: [String(index + 1)], column: true, read }
  })
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
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
        `${place(row)}, column ${column.name}: ${notANumber(cell, 'choose another column, or correct it')}`,
      )
    checkRange(value, () => `${place(row)}, column ${column.name}`)
    values.push(value)
  }
  const unpairable =
    innerGap === undefined
      ? undefined
      : `line ${table.lineOf(innerGap)} has no value in column ${column.name}`
  return {
    values: new Float64Array(values),
    ...defined({ unpairable, unit: unitOfName(column.name) }),
  }
}
