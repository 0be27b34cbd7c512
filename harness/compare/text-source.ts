import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { packageFile } from '../system/package-root.js'
import { aggregateProblem } from './aggregate-rows.js'
import { readTable, type Table } from './csv-table.js'
import { commaProblem, holdsTitles } from './first-row.js'
import { type FormatReader, readKnownFormat } from './known-format.js'
import { checkRange, looksLikeValue, notANumber, parseNumber, quoted } from './number-text.js'
import { readBenchmarkJsText } from './readers/benchmark-js.js'
import { readCriterionRaw } from './readers/criterion-raw.js'
import { readBenchmarkData } from './readers/github-action-benchmark.js'
import { readGoBenchmarks } from './readers/go-benchmark.js'
import { readGoogleBenchmarkCsv } from './readers/google-benchmark-csv.js'
import { readLibtest } from './readers/libtest.js'
import { filterRows, type RowFilter } from './row-filter.js'
import type { Offer } from './series.js'
import { isPerhapsRate, unitOfName } from './unit.js'

const DELIMITERS = [',', ';', '\t']
const FORMATS = `give one number per line, CSV with a header line, JSON, runs.jsonl, or the output of a program that ${packageFile('docs/compare.md')} lists`

/** Formats of texts. To add one, write a file and a line. */
const TEXT_READERS: readonly FormatReader<string>[] = [
  readGoBenchmarks,
  readLibtest,
  readBenchmarkJsText,
  readBenchmarkData,
]
/** Formats of tables with a header line. To add one, write a file and a line. */
const TABLE_READERS: readonly FormatReader<Table>[] = [readCriterionRaw, readGoogleBenchmarkCsv]

/** The series of a text. */
export interface TextContent {
  readonly offers: readonly Offer[]
  /** The rows, if it is a table of columns. */
  readonly table?: Table
  /** The reason why a series must be named, if the number of series is uncertain. */
  readonly uncertain?: string
}

interface Line {
  /** Number of the line, from 1. */
  readonly line: number
  /** The text of the line, without blanks around it. */
  readonly text: string
}

/**
 * The series of a text file, which contains one number per line, the columns of a CSV file, or the
 * benchmarks of a known format. Blank lines and lines that begin with `#` are skipped.
 *
 * @param path as the user gave it, for messages
 * @param filters conditions on the rows of a table
 * @throws {InputError} the text has none of these forms, or has no rows to filter
 */
export function readText(text: string, path: string, filters: readonly RowFilter[]): TextContent {
  const content = readUnfiltered(text, path, filters)
  if (filters.length > 0 && content.table === undefined) throw noTable(path)
  return content
}

/** The error if conditions on rows are given but the text is not a table. */
export function noTable(path: string): InputError {
  return new InputError(
    `--where and --by choose rows of a table with titles, and ${path} is none; leave them out`,
  )
}

function readUnfiltered(text: string, path: string, filters: readonly RowFilter[]): TextContent {
  const known = readKnownFormat(TEXT_READERS, text, path)
  if (known !== undefined) return { offers: known }
  const lines = contentLines(text)
  const first = lines.next().value
  if (first === undefined) return { offers: [noValues()] }
  const delimiter = delimiterOf(first.text)
  if (delimiter !== undefined) return readColumns(text, delimiter, path, filters)
  if (parseNumber(first.text) !== undefined)
    return { offers: [{ name: '1', read: () => ({ values: numberPerLine(text, path) }) }] }
  const second = lines.next().value
  if (looksLikeValue(first.text) || second === undefined) throw notNumeric(path, first)
  const bare = second.text.replace(/^"(.*)"$/, '$1')
  if (parseNumber(bare) === undefined)
    throw notNumeric(path, looksLikeValue(bare) ? { ...second, text: bare } : first)
  return readColumns(text, ',', path, filters)
}

/** The sign that separates the cells of a line; undefined if it has one cell. */
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

function readColumns(
  text: string,
  delimiter: string,
  path: string,
  filters: readonly RowFilter[],
): TextContent {
  const table = readTable(text, delimiter, path)
  const content = readRows(table, path, filters)
  const uncertain = commaProblem(content.offers, table, delimiter, path)
  return { ...content, ...defined({ uncertain }) }
}

/**
 * The benchmarks of a known table, or its columns.
 *
 * @param filters if there are any, the table is read as columns
 * @throws {InputError} no row is left
 */
export function readRows(table: Table, path: string, filters: readonly RowFilter[]): TextContent {
  if (filters.length === 0) {
    const known = readKnownFormat(TABLE_READERS, table, path)
    return known === undefined ? { offers: columns(table, path, []), table } : { offers: known }
  }
  if (table.rows.length === 0 || !holdsTitles(table, path)) throw noTable(path)
  const filtered = filterRows(table, filters, path)
  return {
    offers: columns(
      filtered,
      path,
      filters.map(({ column }) => column),
    ),
    table: filtered,
  }
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

/** @param chosen titles of columns by which the user chose rows */
function columns(table: Table, path: string, chosen: readonly string[]): Offer[] {
  const header = table.rows[0]?.map((cell) => cell.trim())
  if (header === undefined) return [noValues()]
  const titled = holdsTitles(table, path)
  const names = header.map((cell, index) => (titled && cell !== '' ? cell : String(index + 1)))
  const doubled = firstRepeated(names)
  if (doubled !== undefined)
    throw new InputError(
      `${path}, line ${table.lineOf(0)}: two columns have the name ${quoted(doubled)}; rename one`,
    )
  const problem = titled ? aggregateProblem(table, path, chosen) : undefined
  return names.map((name, index) => {
    let column: ReturnType<Offer['read']> | undefined
    const read = () => {
      if (problem !== undefined) throw new InputError(problem)
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

function refuseWide(cells: number, expected: number, place: () => string): void {
  if (cells > expected)
    throw new InputError(
      `${place()}: ${cells} cells where the first line has ${expected}; quote cells that hold a separator`,
    )
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
  let [gaps, blank] = [0, 0]
  for (const [row, cells] of table.rows.entries()) {
    if (row < start) continue
    refuseWide(cells.length, column.of, () => place(row))
    const cell = (cells[column.index] ?? '').trim()
    if (cell === '') {
      gap ??= row
      blank += 1
      continue
    }
    innerGap ??= gap
    gaps += blank
    blank = 0
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
    ...(gaps > 0 && { gaps }),
    ...(isPerhapsRate(column.name) && { perhapsRate: true }),
  }
}
