import { InputError } from '../errors.js'
import type { Table } from './csv-table.js'
import { type FormatReader, readKnownFormat } from './known-format.js'
import { isLooseNumbers, parseLoosely, toNumbers } from './loose-json.js'
import { readAutocannonRuns } from './readers/autocannon.js'
import { readK6Points, readK6Runs } from './readers/k6.js'
import type { Offer } from './series.js'

/** The documents of a file with one document per line, and their line numbers, from 1. */
export interface JsonLines {
  readonly documents: readonly unknown[]
  readonly lines: readonly number[]
}

/** Formats with one JSON document per line. To add one, write a file and a line. */
const READERS: readonly FormatReader<readonly unknown[]>[] = [
  readK6Points,
  readK6Runs,
  readAutocannonRuns,
]

/** Whether a text holds one JSON document per line: the first line is one, and others follow. */
export function isJsonLines(text: string): boolean {
  const end = text.indexOf('\n')
  if (end < 0 || text.slice(end).trim() === '') return false
  try {
    const first: unknown = JSON.parse(text.slice(0, end))
    return typeof first === 'object' && first !== null
  } catch {
    return false
  }
}

/** @throws {InputError} a line is not valid JSON */
export function parseJsonLines(text: string, path: string): JsonLines {
  const documents: unknown[] = []
  const lines: number[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    documents.push(parseLoosely(line, `${path}, line ${index + 1}`))
    lines.push(index + 1)
  }
  return { documents, lines }
}

/**
 * The series of a known format, or the one series of arrays of numbers; undefined if the lines are
 * a table.
 */
export function readJsonLines({ documents }: JsonLines, path: string): Offer[] | undefined {
  const known = readKnownFormat(READERS, documents, path)
  if (known !== undefined) return known
  if (!documents.every(isLooseNumbers)) return undefined
  return documents.map((values, index) => ({
    name: String(index + 1),
    read: () => ({ values: toNumbers(values, `${path}, line ${index + 1}`) }),
  }))
}

/**
 * Objects, one per line, as a table: their keys are its columns. A key that a line lacks, or null,
 * is an empty cell.
 *
 * @throws {InputError} a line is not an object
 */
export function tableOfLines({ documents, lines }: JsonLines, path: string): Table {
  const odd = documents.findIndex(
    (one) => typeof one !== 'object' || one === null || Array.isArray(one),
  )
  if (odd >= 0)
    throw new InputError(
      `${path}, line ${lines[odd]}: not an object as in the lines before; give one object per line`,
    )
  const objects = documents as readonly Readonly<Record<string, unknown>>[]
  const titles = [...new Set(objects.flatMap((one) => Object.keys(one)))]
  const rows = objects.map((one) => titles.map((title) => cellOf(one[title])))
  return { rows: [titles, ...rows], lineOf: (row) => lines[Math.max(0, row - 1)]! }
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
