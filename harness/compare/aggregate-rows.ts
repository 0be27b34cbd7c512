import { shellWord } from '../text/shell-word.js'
import type { Table } from './csv-table.js'
import { looksLikeValue, quoted } from './number-text.js'

/** Words for a row that summarizes others. */
const AGGREGATES = 'mean|median|avg|average|stddev|std|stdev|cv|geomean|aggregate|overall|total'
const ALONE = new RegExp(`^(?:${AGGREGATES})$`, 'i')
const ENDING = new RegExp(`^(.+?)[_ /:.-](?:${AGGREGATES}|min|max|sum)$`, 'i')

/**
 * The reason why not all rows of a table with titles are samples: some rows contain the mean or
 * another summary of the others. Undefined if no row seems to be a summary.
 *
 * @param path as the user gave it, for the message
 * @param chosen titles of columns by which the user chose rows: they are not examined
 */
export function aggregateProblem(
  table: Table,
  path: string,
  chosen: readonly string[],
): string | undefined {
  const [titles = []] = table.rows
  for (const [index, title] of titles.entries()) {
    if (chosen.includes(title.trim())) continue
    const cells = table.rows.slice(1).map((row) => (row[index] ?? '').trim())
    if (!cells.some((cell) => cell !== '' && !looksLikeValue(cell))) continue
    const names = new Set(cells)
    const at = cells.findIndex((cell) => isAggregate(cell, names))
    if (at < 0 || cells.every((cell) => isAggregate(cell, names))) continue
    const filter = shellWord(`${title.trim()}!=${cells[at]}`)
    return `${path}, line ${table.lineOf(at + 1)}: ${quoted(cells[at]!)} in column ${title.trim()} is a summary of other rows, not a sample; leave it out with --where ${filter}, or choose rows with --where ${shellWord(`${title.trim()}=NAME`)}`
  }
  return undefined
}

/** Whether a word means a summary: `mean`, or `parse_mean` if there is also `parse`. */
function isAggregate(cell: string, names: ReadonlySet<string>): boolean {
  if (ALONE.test(cell)) return true
  const name = ENDING.exec(cell)?.[1]
  return name !== undefined && names.has(name)
}
