import type { Html } from './html.js'

/** A table of a page; the first cell of a row is its heading. */
export interface HtmlTable {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
  /** Whether the table is so long that it scrolls in a window of its own. */
  readonly isLong: boolean
}

interface Column {
  readonly text: string
  readonly isNumber: boolean
}

interface Cell {
  readonly value: string | Html
  readonly isNumber: boolean
  readonly isHeader: boolean
}

/** Cell of a value that is missing. */
export const ABSENT = '—'

/** A table with more rows scrolls. */
const LONG = 25

/**
 * @param caption the content of the table; unique on the page
 * @param columns their headings; a leading `#` marks a column of numbers, which is aligned to the
 * right
 * @param rows one cell per column
 */
export function htmlTable(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
): HtmlTable {
  const heads = columns.map((text) => ({
    text: text.replace(/^#/, ''),
    isNumber: text.startsWith('#'),
  }))
  return {
    caption,
    columns: heads,
    rows: rows.map((row) =>
      row.map((value, index) => ({
        value,
        isNumber: heads[index]!.isNumber,
        isHeader: index === 0,
      })),
    ),
    isLong: rows.length > LONG,
  }
}

/**
 * A table with one row per entry.
 *
 * @param columns for each heading (see `htmlTable`), a function that makes the cell of an entry
 */
export function tableOf<Entry>(
  caption: string,
  entries: readonly Entry[],
  columns: Readonly<Record<string, (entry: Entry, index: number) => string | Html>>,
): HtmlTable {
  const cells = Object.values(columns)
  return htmlTable(
    caption,
    Object.keys(columns),
    entries.map((entry, index) => cells.map((cell) => cell(entry, index))),
  )
}

/** The text of a value in a cell, or a dash if the value is missing. */
export function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? ABSENT : format(value)
}
