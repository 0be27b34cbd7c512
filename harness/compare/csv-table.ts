import { parse } from 'csv-parse/sync'
import { InputError } from '../errors.js'

/** A row of cells, perhaps with blanks around them, and the line it stands in, from 1. */
export interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

/** A text of cells, of which one column is read at a time. */
export interface Table {
  /** The first row that says something. */
  readonly head: Row
  /**
   * Visits all rows, the head among them: the cell at this place ('' where the row ends before it),
   * and how many the row has.
   */
  visitColumn(index: number, visit: (line: number, cell: string, cells: number) => void): void
}

const QUOTE = '"'
/**
 * Codes of characters between which a line that begins with one says something: neither a blank nor
 * `#`.
 */
const HASH = 0x23
const DELETE = 0x7f

/**
 * Reads a text of cells. Blank lines and lines that begin with `#` are no rows.
 *
 * @param text at least one line says something  @param path as the user gave it, for messages
 * @throws {InputError} its quotes do not close
 */
export function readTable(text: string, delimiter: string, path: string): Table {
  const quoted = text.includes(QUOTE)
  return quoted && !everyQuoteWrapsACell(text, delimiter)
    ? parsedTable(text, delimiter, path)
    : plainTable(text, delimiter, quoted)
}

/**
 * Visits the lines that say something: `from` and `end` are positions in the text, `line` counts
 * from 1; stops where `visit` says false.
 */
export function visitLines(
  text: string,
  visit: (from: number, end: number, line: number) => boolean,
): void {
  for (let start = 0, line = 1; start < text.length; line += 1) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    if (saysSomething(text, start, end) && !visit(start, end, line)) return
    start = end + 1
  }
}

function saysSomething(text: string, start: number, end: number): boolean {
  if (start === end) return false
  const code = text.charCodeAt(start)
  if (code > HASH && code < DELETE) return true
  const said = text.slice(start, end).trimStart()
  return said !== '' && !said.startsWith('#')
}

/** Visits the cells of a line by their positions; stops where `visit` says false. */
function visitCells(
  from: number,
  end: number,
  delimiters: Finder,
  visit: (from: number, end: number, index: number) => boolean,
): void {
  for (let start = from, index = 0; ; index += 1) {
    const stop = Math.min(delimiters(start), end)
    if (!visit(start, stop, index) || stop === end) return
    start = stop + 1
  }
}

/** Where a sign stands next at or after a position, or the length of the text. */
type Finder = (from: number) => number

/** Positions must not fall by much: what was searched once is not searched again. */
function finderOf(text: string, sign: string): Finder {
  let searched = Number.POSITIVE_INFINITY
  let next = -1
  return (from) => {
    if (from > next || from < searched) {
      const found = text.indexOf(sign, from)
      next = found < 0 ? text.length : found
      searched = from
    }
    return next
  }
}

/** Whether a text can be cut at its delimiters: each cell is quoted as a whole or not at all. */
function everyQuoteWrapsACell(text: string, delimiter: string): boolean {
  const [delimiters, quotes] = [finderOf(text, delimiter), finderOf(text, QUOTE)]
  let plain = true
  visitLines(text, (from, end) => {
    if (quotes(from) >= end) return true
    visitCells(from, end, delimiters, (start, stop) => {
      plain = quotes(start) >= stop || isWrapped(text, start, stop)
      return plain
    })
    return plain
  })
  return plain
}

function isWrapped(text: string, start: number, stop: number): boolean {
  const cell = text.slice(start, stop).trim()
  return cell.length > 1 && cell.startsWith(QUOTE) && cell.indexOf(QUOTE, 1) === cell.length - 1
}

/**
 * Reads cells where they stand: a million rows kept as cells cost more than everything that is done
 * with them.
 */
function plainTable(text: string, delimiter: string, quoted: boolean): Table {
  const content = quoted ? unwrapped : (cell: string) => cell
  return {
    head: headOf(text, (from, end) => text.slice(from, end).split(delimiter).map(content)),
    visitColumn: (wanted, visit) => {
      const delimiters = finderOf(text, delimiter)
      visitLines(text, (from, end, line) => {
        let cell = ''
        let cells = 0
        visitCells(from, end, delimiters, (start, stop, index) => {
          if (index === wanted) cell = content(text.slice(start, stop))
          cells = index + 1
          return true
        })
        visit(line, cell, cells)
        return true
      })
    },
  }
}

function headOf(text: string, cellsOf: (from: number, end: number) => readonly string[]): Row {
  let head: Row | undefined
  visitLines(text, (from, end, line) => {
    head = { line, cells: cellsOf(from, end) }
    return false
  })
  if (head === undefined) throw new Error('a table of a text that says nothing')
  return head
}

function unwrapped(cell: string): string {
  const bare = cell.trim()
  return bare.startsWith(QUOTE) ? bare.slice(1, -1) : bare
}

/** A table whose cells hold separators, quotes or lines. */
function parsedTable(text: string, delimiter: string, path: string): Table {
  const rows = parseRows(text, delimiter, path)
  const head = rows[0]
  if (head === undefined) throw new Error('a table of a text that says nothing')
  return {
    head,
    visitColumn: (index, visit) => {
      for (const { line, cells } of rows) visit(line, cells[index] ?? '', cells.length)
    },
  }
}

function parseRows(text: string, delimiter: string, path: string): Row[] {
  try {
    const parsed = parse(text, {
      delimiter,
      comment: '#',
      comment_no_infix: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as readonly {
      readonly record: readonly string[]
      readonly info: { readonly lines: number }
    }[]
    return parsed.map(({ record, info }) => ({ line: info.lines, cells: record }))
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw new InputError(`${path} is no CSV: ${why}; close its quotes`, { cause: error })
  }
}
