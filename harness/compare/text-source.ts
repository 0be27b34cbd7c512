import { InputError } from '../errors.js'
import { type Row, readTable, type Table, visitLines } from './csv-table.js'
import { parseNumber, shown } from './number-text.js'
import type { Offer } from './series.js'

const DELIMITERS = [',', ';', '\t']
const KNOWN = 'give one number per line, CSV with a head line, JSON, or runs.jsonl'

/**
 * What a text file offers: one number per line, or the columns of a CSV file. Blank lines and lines
 * that begin with `#` say nothing.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} neither of the two
 */
export function readText(text: string, path: string): Offer[] {
  const [first, second] = firstLines(text)
  if (first === undefined) return [{ name: '1', read: () => ({ values: [] }) }]
  const delimiter = DELIMITERS.map((sign) => ({ sign, count: first.text.split(sign).length })).sort(
    (a, b) => b.count - a.count,
  )[0]!
  if (delimiter.count > 1) return columns(readTable(text, delimiter.sign, path), path)
  if (parseNumber(first.text.trim()) !== undefined)
    return [{ name: '1', read: () => ({ values: numberPerLine(text, path) }) }]
  if (
    second === undefined ||
    parseNumber(second.text.trim().replace(/^"(.*)"$/, '$1')) === undefined
  )
    throw notNumeric(path, first.line, first.text.trim())
  return columns(readTable(text, ',', path), path)
}

/** The first two lines that say something. */
function firstLines(text: string) {
  const found: { readonly line: number; readonly text: string }[] = []
  visitLines(text, (from, end, line) => found.push({ line, text: text.slice(from, end) }) < 2)
  return [found[0], found[1]] as const
}

function numberPerLine(text: string, path: string): Float64Array {
  const values: number[] = []
  for (let start = 0, line = 1; start < text.length; line += 1) {
    const end = text.indexOf('\n', start)
    const content = text.slice(start, end < 0 ? text.length : end)
    const value = parseNumber(content) ?? careful(content, line, path)
    if (value !== undefined) values.push(value)
    start = end < 0 ? text.length : end + 1
  }
  return new Float64Array(values)
}

/** The number of a line that is not just a number; undefined where it says nothing. */
function careful(content: string, line: number, path: string): number | undefined {
  const said = content.trim()
  if (said === '' || said.startsWith('#')) return undefined
  const value = parseNumber(said)
  if (value === undefined) throw notNumeric(path, line, said)
  return value
}

function columns(table: Table, path: string): Offer[] {
  const head = { ...table.head, cells: table.head.cells.map((cell) => cell.trim()) }
  const titled = head.cells.some((cell) => cell !== '' && parseNumber(cell) === undefined)
  const names = head.cells.map((cell, index) => (titled && cell !== '' ? cell : String(index + 1)))
  const doubled = names.find((name, index) => names.indexOf(name) !== index)
  if (doubled !== undefined)
    throw new InputError(
      `${path}, line ${head.line}: two columns are called ${shown(doubled)}; give each a name of its own`,
    )
  return names.map((name, index) => {
    let known: ReturnType<Offer['read']> | undefined
    const read = () => {
      known ??= readColumn(
        table,
        titled ? head : undefined,
        { name, index, of: names.length },
        path,
      )
      return known
    }
    return { name, aliases: [String(index + 1)], read }
  })
}

/** @param head the line of titles; undefined: there is none */
function readColumn(
  table: Table,
  head: Row | undefined,
  column: { readonly name: string; readonly index: number; readonly of: number },
  path: string,
): ReturnType<Offer['read']> {
  const values: number[] = []
  let gap: number | undefined
  let interior: number | undefined
  table.visitColumn(column.index, (line, cell, cells) => {
    if (line === head?.line) return
    if (cells > column.of)
      throw new InputError(
        `${path}, line ${line}: ${cells} cells where the first line has ${column.of}; quote cells that hold a separator`,
      )
    const said = cell.trim()
    if (said === '') {
      gap ??= line
      return
    }
    interior ??= gap
    const value = parseNumber(said)
    if (value === undefined)
      throw new InputError(
        `${path}, line ${line}, column ${column.name}: ${shown(said)} is no number; choose another column, or correct it`,
      )
    values.push(value)
  })
  return {
    values: new Float64Array(values),
    ...(interior !== undefined && {
      unpairable: `line ${interior} has no value in column ${column.name}`,
    }),
  }
}

function notNumeric(path: string, line: number, text: string): InputError {
  const words = text.split(/\s+/)
  if (words.length > 1 && words.every((word) => parseNumber(word) !== undefined))
    return new InputError(
      `${path}, line ${line}: ${shown(text)} holds several numbers; put one per line, or commas between them`,
    )
  return new InputError(`${path}, line ${line}: ${shown(text)} is no number; ${KNOWN}`)
}
