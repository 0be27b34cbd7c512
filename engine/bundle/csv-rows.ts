import { CsvError, parse } from 'csv-parse/sync'
import { EngineError, type EngineErrorCode, reasonOf } from '../errors.js'
import { printable } from './printable.js'

/** One data row and the line of the file it ends on, counted from 1. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvFile {
  /** Trimmed; upper and lower case as in the file. */
  readonly header: readonly string[]
  readonly rows: readonly CsvRow[]
}

/**
 * Splits CSV text into a header and rows of the same width. A byte order mark, empty lines, spaces
 * around cells and quotes are accepted.
 *
 * @param path  named in errors
 * @throws {EngineError} `input-invalid`: the text is empty, is not CSV, or has a row with more or
 * fewer cells than the header; the message names file and line
 */
export function readCsv(path: string, text: string): CsvFile {
  const [header, ...rows] = split(path, text)
  if (header === undefined) throw fault(path, 1, 'the file is empty; give a header and rows')
  for (const { line, cells } of rows) {
    if (cells.length !== header.cells.length) {
      throw fault(
        path,
        line,
        `${cells.length} cells where the header has ${header.cells.length}; correct the row`,
      )
    }
  }
  return { header: header.cells, rows }
}

function split(path: string, text: string): CsvRow[] {
  const lines: CsvRow[] = []
  try {
    parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (cells: string[], info) => {
        lines.push({ line: info.lines, cells })
        return null
      },
    })
  } catch (cause) {
    const line =
      cause instanceof CsvError && typeof cause.lines === 'number' ? cause.lines : lines.length + 1
    const reason = reasonOf(cause)
    throw fault(path, line, `not csv (${reason}); correct the file`, cause)
  }
  return lines
}

/** An error in a user's file, with its line: `prices.csv:17: close is empty; …`; printable. */
export function fault(
  path: string,
  line: number,
  message: string,
  cause?: unknown,
  code: EngineErrorCode = 'input-invalid',
): EngineError {
  return new EngineError(code, printable(`${path}:${line}: ${message}`), {
    cause,
    details: { file: path, line },
  })
}
