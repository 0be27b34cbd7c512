import type { Html } from './html.js'

/** A table of a page; the first cell of a row is its heading. */
export interface HtmlTable {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
  /** So long that it scrolls in a window of its own. */
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

/** Rows beyond which a table scrolls. */
const LONG = 25

/**
 * @param caption what the table holds; unique on the page
 * @param columns their heads; a leading `#` marks a column of numbers, which is aligned right
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
 * @param columns by head, as in `htmlTable`: the cell of an entry
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

/** A value as a cell shows it, or a dash if it is missing. */
export function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? ABSENT : format(value)
}
