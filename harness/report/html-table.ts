import type { Html } from './html.js'

/** A table of a page; the first cell of a row names it. */
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

const LONG = 25

/**
 * @param caption what the table holds, unlike that of any other on the page
 * @param columns their heads; `#` in front marks numbers, which stand on the right
 * @param rows as many cells each as there are columns
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
