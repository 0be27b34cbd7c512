import type { EngineError } from '../../errors.js'
import { type CsvRow, fault } from '../csv-rows.js'
import { printable, quoted } from '../printable.js'
import { headerlessLayout } from './headerless.js'
import { linesOf, splitRecord, splitRecords, unquotedLines } from './split-records.js'

/** Named columns and rows of trimmed cells; see `fittedTable`. */
export interface Table {
  readonly header: readonly string[]
  readonly headerLine: number
  /** One cell for each name in a fitted table. */
  readonly rows: readonly CsvRow[]
  readonly delimiter: string
  /** What was left out or assumed, for the user. */
  readonly notes: readonly string[]
}

/** The names by which a header is recognized. */
export interface Vocabulary {
  /** What a column's name means, where it is known: two names of one meaning count once. */
  readonly meaningOf: (name: string) => string | undefined
  /** A header as an example, for the error. */
  readonly example: string
}

/** In this order where a header has as many known names with two of them. */
const DELIMITERS = [',', ';', '\t', '|', ' ']

/** A line is a header where it has so many known names. */
const LEAST_KNOWN = 2

/** A title is separated by spaces too. */
const LEAST_KNOWN_OF_WORDS = 5

/** A header stands within so many lines; titles and comments may come before it. */
const MOST_LINES_BEFORE = 50

/**
 * Text → table: finds the delimiter and the line of the header by the known names in it, whatever
 * comes before (a title, an address, comments, `sep=;`).
 *
 * @throws {EngineError} `input-invalid`: empty, or without a header; names the line
 */
export function textTable(path: string, text: string, vocabulary: Vocabulary): Table {
  const lines = unquotedLines(linesOf(text.replace(/^\uFEFF/, '')))
  const first = lines.findIndex((line) => line.trim() !== '')
  if (first < 0) throw fault(path, 1, 'the file is empty; give a header and rows')
  const found = findHeader(lines, vocabulary)
  if (found === undefined) return withoutHeader(path, lines, first, vocabulary)
  const { index, cells, delimiter } = found
  const before = linesBefore(path, lines, found)
  const records = splitRecords(path, lines, index + 1, delimiter)
  const isHeader = (row: CsvRow) =>
    row.cells[0] === cells[0] && row.cells.every((cell, i) => cell === cells[i])
  const again = records.filter(isHeader).map(({ line }) => line)
  return {
    header: cells,
    headerLine: index + 1,
    rows: again.length === 0 ? records : records.filter((row) => !isHeader(row)),
    delimiter,
    notes: again.length === 0 ? before : [...before, repeatedNote(again)],
  }
}

function repeatedNote(lines: readonly number[]): string {
  const more = lines.length > 3 ? ` and ${lines.length - 3} more` : ''
  return `skipped the header repeated on line ${lines.slice(0, 3).join(', ')}${more}`
}

interface Header {
  /** Of its line, from 0. */
  readonly index: number
  readonly cells: readonly string[]
  readonly delimiter: string
}

function findHeader(lines: readonly string[], vocabulary: Vocabulary): Header | undefined {
  let delimiters: readonly string[] = DELIMITERS
  for (let index = 0; index < lines.length && index <= MOST_LINES_BEFORE; index++) {
    const separator = separatorLine(lines[index]!)
    if (separator !== undefined) delimiters = [separator]
    const header = headerAt(index, lines[index]!, delimiters, vocabulary)
    if (header !== undefined) return header
  }
  return undefined
}

/** A line as a header, split by the delimiter that finds the most known names in it. */
function headerAt(
  index: number,
  line: string,
  delimiters: readonly string[],
  { meaningOf }: Vocabulary,
): Header | undefined {
  const text = line.replace(/^\s*#+/, '')
  let best: Header | undefined
  let most = 0
  for (const delimiter of delimiters) {
    const cells = splitRecord(text, delimiter) ?? []
    const known = new Set(cells.map(meaningOf).filter((name) => name !== undefined)).size
    const least = delimiter === ' ' ? LEAST_KNOWN_OF_WORDS : LEAST_KNOWN
    if (known < least || known <= most) continue
    best = { index, cells, delimiter }
    most = known
  }
  return best
}

/** The delimiter that a line like `sep=;` declares. */
function separatorLine(line: string): string | undefined {
  return /^"?sep=(.)"?\s*$/i.exec(line)?.[1]
}

/** Notes on the lines before the header; rows there are an error. */
function linesBefore(
  path: string,
  lines: readonly string[],
  { index, cells, delimiter }: Header,
): readonly string[] {
  const titles: string[] = []
  for (let i = 0; i < index; i++) {
    const line = lines[i]!.trim()
    if (line === '' || line.startsWith('#') || separatorLine(line) !== undefined) continue
    const width = splitRecord(line, delimiter)?.filter((cell) => cell !== '').length ?? 1
    if (width >= cells.length)
      throw fault(path, i + 1, `a row before the header on line ${index + 1}; move the header up`)
    titles.push(quoted(line))
  }
  return titles.length === 0 ? [] : [`skipped before the header: ${titles.join(', ')}`]
}

function withoutHeader(
  path: string,
  lines: readonly string[],
  first: number,
  { example }: Vocabulary,
): Table {
  const layout = headerlessLayout(lines[first]!)
  if (layout === undefined) {
    throw fault(
      path,
      first + 1,
      `no header that names the columns, but ${quoted(lines[first]!)}; write one on the first line, like ${example}`,
    )
  }
  return {
    header: layout.columns,
    headerLine: first + 1,
    rows: splitRecords(path, lines, first, layout.delimiter),
    delimiter: layout.delimiter,
    notes: [`no header; read as ${layout.name}: ${layout.columns.join(', ')}`],
  }
}

/** The error of a header in which several columns mean the same, given by their indices. */
export function sameMeaning(
  path: string,
  { header, headerLine }: Pick<Table, 'header' | 'headerLine'>,
  columns: readonly number[],
): EngineError {
  const names = columns.map((index) => printable(header[index]!)).join(' and ')
  return fault(path, headerLine, `columns ${names} mean the same; keep one and rename the other`)
}

/**
 * The table with one cell for each name in every row. Called when the names have been checked, so
 * that a fault of the header is named before those of rows.
 *
 * @throws {EngineError} `input-invalid`: a row with more or fewer cells than the header, with its
 * line
 */
export function fittedTable(path: string, table: Table): Table {
  const { header, rows, delimiter } = table
  return { ...table, rows: rows.map((row) => fitted(path, row, header, delimiter)) }
}

/** A row with one cell for each name: empty cells at its end may be missing or too many. */
function fitted(path: string, row: CsvRow, header: readonly string[], delimiter: string): CsvRow {
  const { line, cells } = row
  if (cells.length === header.length) return row
  if (cells.length > header.length && cells.slice(header.length).every((cell) => cell === ''))
    return { line, cells: cells.slice(0, header.length) }
  if (
    header.slice(cells.length).length > 0 &&
    header.slice(cells.length).every((name) => name === '')
  )
    return { line, cells: [...cells, ...header.slice(cells.length)] }
  throw fault(path, line, widthFault(cells, header, delimiter))
}

function widthFault(
  cells: readonly string[],
  header: readonly string[],
  delimiter: string,
): string {
  const fault = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} where the header has ${header.length}`
  if (cells.length === 1) {
    const other = DELIMITERS.find(
      (one) => one !== delimiter && splitRecord(cells[0]!, one)?.length === header.length,
    )
    if (other === undefined) return `${fault}; correct the row, or remove the line`
    return `${fault}: the header is separated by ${named(delimiter)} and this line by ${named(other)}; use one`
  }
  if (delimiter === ',' && cells.length > header.length + 1)
    return `${fault}; correct the row, or quote numbers that have a comma in them`
  return `${fault}; correct the row`
}

function named(delimiter: string): string {
  if (delimiter === '\t') return 'tabs'
  return delimiter === ' ' ? 'spaces' : `'${printable(delimiter)}'`
}
