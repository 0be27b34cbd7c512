import { visibleLine } from './visible-text.js'

type Rows = readonly (readonly string[])[]

/**
 * Rows of cells as lines: columns aligned to the left, two blanks between them. Invisible
 * characters in a cell are written out.
 */
export function alignedRows(given: Rows, gap = '  '): string[] {
  const rows = given.map((row) => row.map(visibleLine))
  const widths: number[] = []
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join(gap)
      .trimEnd(),
  )
}

/** A table for the terminal, indented by two blanks; `none` without rows. */
export function terminalTable(rows: Rows): string {
  const lines = rows.length === 0 ? ['none'] : alignedRows(rows)
  return lines.map((line) => `  ${line}\n`).join('')
}

/** A table in markdown, without a line end. Cells are escaped by the caller. */
export function markdownTable(header: readonly string[], rows: Rows): string {
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
