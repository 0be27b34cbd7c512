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
    const rows: Table['rows'] = parse(text, options)
    return { rows, lineOf: lineNumbers(text, options) }
  } catch (error) {
    const cause = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw new InputError(`${path} is not valid CSV: ${cause}; close its quotes`, { cause: error })
  }
}

/**
 * The lines of rows, only for messages, because with line numbers the parser takes three times as
 * long. The text is parsed again up to the requested row, and further each time, so that many
 * messages about one file take no longer than a few.
 */
function lineNumbers(text: string, options: object): Table['lineOf'] {
  let lines: readonly number[] = []
  return (row) => {
    if (row >= lines.length) {
      const parsed = parse(text, {
        ...options,
        info: true,
        to: Math.max(row + 1, 2 * lines.length),
      })
      lines = (parsed as unknown as readonly { readonly info: { readonly lines: number } }[]).map(
        ({ info }) => info.lines,
      )
    }
    return lines[row]!
  }
}
