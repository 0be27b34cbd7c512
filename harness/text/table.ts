/**
 * Rows of a terminal table: columns aligned, two spaces in and between; `none` where there are no
 * rows.
 */
export function table(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '  none\n'
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  )
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.map((line) => `  ${line}`).join('\n')}\n`
}
