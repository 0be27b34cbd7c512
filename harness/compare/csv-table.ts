import { parse } from 'csv-parse/sync'
import { InputError } from '../errors.js'

/** The rows of a CSV text. */
export interface Table {
  readonly rows: readonly (readonly string[])[]
  /** The line, from 1, of a row, from 0. */
  lineOf(row: number): number
}

/**
 * Reads a CSV text. Blank lines and lines that begin with `#` are not rows.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} a quote is misplaced or not closed
 */
export function readTable(text: string, delimiter: string, path: string): Table {
  const options = {
    delimiter,
    record_delimiter: '\n',
    comment: '#',
    comment_no_infix: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // A line of tabs alone is blank.
    skip_records_with_empty_values: delimiter === '\t',
    trim: true,
  }
  try {
    return {
      rows: parse(text, options),
      // Parsed again, for messages only: with line numbers the parser takes three times as long.
      lineOf: (row) => {
        const parsed = parse(text, { ...options, info: true, to: row + 1 })
        return (parsed.at(-1) as unknown as { readonly info: { readonly lines: number } }).info
          .lines
      },
    }
  } catch (error) {
    const cause = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw new InputError(`${path} is not valid CSV: ${cause}; close its quotes`, { cause: error })
  }
}
