import { type CsvRow, fault } from '../csv-rows.js'

/** A quoted cell spans at most so many lines: a quote that is never closed is found soon. */
const LONGEST_CELL = 100

/** The lines of a text, whatever ends them: CR LF, LF, CR, or a mix of these. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/)
}

/** Lines of which each is one quoted cell, as spreadsheets write a file of one column, unquoted. */
export function unquotedLines(lines: readonly string[]): readonly string[] {
  const wrapped = (line: string) => /^"[^"]*[,;\t|](?:[^"]|"")*"$/.test(line)
  const filled = lines.filter((line) => line.trim() !== '')
  if (filled.length < 2 || !filled.every(wrapped)) return lines
  return lines.map((line) => line.slice(1, -1).replaceAll('""', '"'))
}

/**
 * Splits lines into records of trimmed cells. Empty lines, lines of nothing but delimiters and
 * lines that start with `#` are left out.
 *
 * @param first      index of the first line to read
 * @param delimiter  one character; a space stands for any run of spaces and tabs
 * @returns each with the line it starts on, counted from 1
 * @throws {EngineError} `input-invalid`: a quote that is never closed
 */
export function splitRecords(
  path: string,
  lines: readonly string[],
  first: number,
  delimiter: string,
): readonly CsvRow[] {
  const rows: CsvRow[] = []
  for (let i = first; i < lines.length; i++) {
    const line = i + 1
    let record = lines[i]!
    if (/^\s*(?:#|$)/.test(record)) continue
    let cells = splitRecord(record, delimiter)
    while (cells === undefined) {
      i++
      if (i >= lines.length || i - line >= LONGEST_CELL)
        throw fault(path, line, 'not csv (a quote opened here is never closed); correct the line')
      record += `\n${lines[i]}`
      cells = splitRecord(record, delimiter)
    }
    if (cells.some((cell) => cell !== '')) rows.push({ line, cells })
  }
  return rows
}

/** The cells of one record; undefined where a quote is still open at its end. */
export function splitRecord(record: string, delimiter: string): readonly string[] | undefined {
  if (delimiter === ' ') return record.trim().split(/\s+/)
  if (!record.includes('"')) return record.split(delimiter).map((cell) => cell.trim())
  const cells: string[] = []
  for (let at = 0; ; ) {
    const cell = cellAt(record, at, delimiter)
    if (cell === undefined) return undefined
    cells.push(cell.text)
    if (cell.end >= record.length) return cells
    at = cell.end + 1
  }
}

/** The cell that starts at an index, and the index of the delimiter after it. */
function cellAt(
  record: string,
  at: number,
  delimiter: string,
): { readonly text: string; readonly end: number } | undefined {
  let start = at
  while (record[start] === ' ') start++
  const endFrom = (from: number) => {
    const found = record.indexOf(delimiter, from)
    return found < 0 ? record.length : found
  }
  if (record[start] !== '"') {
    const end = endFrom(at)
    return { text: record.slice(at, end).trim(), end }
  }
  let close = record.indexOf('"', start + 1)
  while (close >= 0 && record[close + 1] === '"') close = record.indexOf('"', close + 2)
  if (close < 0) return undefined
  const end = endFrom(close + 1)
  const text = record.slice(start + 1, close).replaceAll('""', '"') + record.slice(close + 1, end)
  return { text: text.trim(), end }
}
