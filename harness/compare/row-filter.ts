import { InputError } from '../errors.js'
import { nearestName } from '../text/nearest-name.js'
import { shellWord } from '../text/shell-word.js'
import type { Table } from './csv-table.js'
import { quoted } from './number-text.js'

/** A condition on the rows of a table: `name=parse`, or `run_type!=aggregate`. */
export interface RowFilter {
  readonly column: string
  readonly value: string
  /** Whether rows with the value are left out, not kept. */
  readonly negated: boolean
}

/** Largest number of values that a message lists. */
const MOST_LISTED = 8

/** @returns undefined if the text is not a condition */
export function parseRowFilter(text: string): RowFilter | undefined {
  const [, column = '', not, value] = /^([^=]+?)(!)?=(.*)$/s.exec(text) ?? []
  return value === undefined
    ? undefined
    : { column: column.trim(), value: value.trim(), negated: not !== undefined }
}

/**
 * A table with only the rows that meet all conditions. The first row is kept, because it contains
 * the titles.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} no such column, or no row is left
 */
export function filterRows(table: Table, filters: readonly RowFilter[], path: string): Table {
  return filters.reduce((rest, filter) => filterBy(rest, filter, path), table)
}

/**
 * The values of a column of texts, each once, in their order.
 *
 * @throws {InputError} no such column
 */
export function valuesOf({ rows }: Table, column: string, path: string): string[] {
  const index = indexOf(rows[0] ?? [], column, path)
  return [...new Set(rows.slice(1).map((row) => cellOf(row, index)))]
}

function filterBy(table: Table, filter: RowFilter, path: string): Table {
  const { column, value, negated } = filter
  const index = indexOf(table.rows[0] ?? [], column, path)
  const kept = table.rows.flatMap((row, at) =>
    at === 0 || (cellOf(row, index) === value) !== negated ? [at] : [],
  )
  if (kept.length < 2)
    throw new InputError(
      `--where ${shellWord(textOf(filter))}: no row of ${path} is left; column ${column} holds ${listed(valuesOf(table, column, path))}`,
    )
  return { rows: kept.map((at) => table.rows[at]!), lineOf: (row) => table.lineOf(kept[row]!) }
}

/** The condition as it is typed. */
function textOf({ column, negated, value }: RowFilter): string {
  return `${column}${negated ? '!' : ''}=${value}`
}

function cellOf(row: readonly string[], index: number): string {
  return (row[index] ?? '').trim()
}

function indexOf(header: readonly string[], column: string, path: string): number {
  const titles = header.map((title) => title.trim())
  const index = titles.indexOf(column)
  if (index >= 0) return index
  const nearest = nearestName(column, titles)
  throw new InputError(
    `${path} has no column ${quoted(column)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}; its columns: ${listed(titles)}`,
  )
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, MOST_LISTED).map(quoted).join(', ')
  return `${shown}${values.length > MOST_LISTED ? ` and ${values.length - MOST_LISTED} more` : ''}`
}
