import { parse } from 'csv-parse/sync'
import { InputError } from '../errors.js'
import { parseNumber, shown } from './number-text.js'
import type { Offer } from './series.js'

/** A row of cells and the line it begins in, from 1. */
interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

const DELIMITERS = [',', ';', '\t']

/**
 * What a text file offers: one number per line, or the columns of a CSV file. Blank lines and lines that begin with `#` say nothing.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} neither of the two
 */
export function readText(text: string, path: string): Offer[] {
  const lines = text.split('\n')
  const first = lines.findIndex(saysSomething)
  if (first < 0) return [{ name: '1', read: () => ({ values: [], place: () => 'an empty file' }) }]
  const head = lines[first]!.trim()
  const delimiter = DELIMITERS.map((sign) => ({ sign, count: head.split(sign).length })).sort((a, b) => b.count - a.count)[0]!
  if (delimiter.count > 1) return columns(rowsOf(text, lines, delimiter.sign, path), path)
  if (parseNumber(head) !== undefined) return [numberPerLine(lines, path)]
  const rest = lines.slice(first + 1).find(saysSomething)
  if (rest === undefined || parseNumber(unquoted(rest.trim())) === undefined) throw notNumeric(path, first + 1, head)
  return columns(rowsOf(text, lines, ',', path), path)
}

function saysSomething(line: string): boolean {
  const text = line.trim()
  return text !== '' && !text.startsWith('#')
}

function numberPerLine(lines: readonly string[], path: string): Offer {
  const values: number[] = []
  const places: number[] = []
  for (const [index, line] of lines.entries()) {
    if (!saysSomething(line)) continue
    const text = line.trim()
    const value = parseNumber(text)
    if (value === undefined) throw notNumeric(path, index + 1, text)
    values.push(value)
    places.push(index + 1)
  }
  return { name: '1', read: () => ({ values, place: (index) => `line ${places[index]}` }) }
}

function columns(rows: readonly Row[], path: string): Offer[] {
  const [head, ...body] = rows
  const titled = head!.cells.some((cell) => cell !== '' && parseNumber(cell) === undefined)
  const names = head!.cells.map((cell, index) => (titled && cell !== '' ? cell : String(index + 1)))
  const doubled = names.find((name, index) => names.indexOf(name) !== index)
  if (doubled !== undefined)
    throw new InputError(`${path}, line ${head!.line}: two columns are called ${shown(doubled)}; give each a name of its own`)
  const data = titled ? body : rows
  const ragged = data.find(({ cells }) => cells.length > names.length)
  if (ragged !== undefined)
    throw new InputError(
      `${path}, line ${ragged.line}: ${ragged.cells.length} cells where line ${head!.line} has ${names.length}; quote cells that hold a separator`,
    )
  return names.map((name, column) => ({ name, aliases: [String(column + 1)], read: () => readColumn(data, column, name, path) }))
}

function readColumn(rows: readonly Row[], column: number, name: string, path: string): ReturnType<Offer['read']> {
  const values: number[] = []
  const lines: number[] = []
  let gap: number | undefined
  let interior: number | undefined
  for (const { line, cells } of rows) {
    const cell = cells[column] ?? ''
    if (cell === '') {
      gap ??= line
      continue
    }
    interior ??= gap
    const value = parseNumber(cell)
    if (value === undefined)
      throw new InputError(
        `${path}, line ${line}, column ${name}: ${shown(cell)} is no number; choose another column, or correct it`,
      )
    values.push(value)
    lines.push(line)
  }
  return {
    values,
    place: (index) => `line ${lines[index]}`,
    ...(interior !== undefined && { unpairable: `line ${interior} has no value in column ${name}` }),
  }
}

function rowsOf(text: string, lines: readonly string[], delimiter: string, path: string): Row[] {
  if (text.includes('"')) return quotedRows(text, delimiter, path)
  const rows: Row[] = []
  for (const [index, line] of lines.entries()) {
    if (saysSomething(line)) rows.push({ line: index + 1, cells: line.split(delimiter).map((cell) => cell.trim()) })
  }
  return rows
}

function quotedRows(text: string, delimiter: string, path: string): Row[] {
  try {
    const parsed = parse(text, {
      delimiter,
      comment: '#',
      comment_no_infix: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[]
    return parsed.map(({ record, info }) => ({ line: info.lines, cells: record }))
  } catch (error) {
    throw new InputError(`${path} is no CSV: ${error instanceof Error ? error.message : String(error)}; close its quotes`, {
      cause: error,
    })
  }
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1')
}

function notNumeric(path: string, line: number, text: string): InputError {
  const several = text.split(/\s+/).length > 1 && text.split(/\s+/).every((word) => parseNumber(word) !== undefined)
  if (several)
    return new InputError(`${path}, line ${line}: ${shown(text)} holds several numbers; put one per line, or commas between them`)
  const known = 'give one number per line, CSV with a head line, JSON, or runs.jsonl'
  return new InputError(`${path}, line ${line}: ${shown(text)} is no number; ${known}`)
}
