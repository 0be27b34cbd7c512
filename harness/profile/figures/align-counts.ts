import type { FunctionCounts } from '../../evidence/block-counts-schema.js'
import type { CountedFunction, LineCount } from '../fold/block-counts.js'
import { matchLines } from '../fold/match-lines.js'

/** The counts of one arm, by the version of the code that it ran. */
export interface CountedArm {
  readonly functions: readonly CountedFunction[]
  /** The text of a file of its version; undefined if it cannot be read. */
  readonly textOf: (file: string) => string | undefined
}

/**
 * The counts of all arms in one table, in which each function and line of one arm stands beside its
 * counterparts in the others. Lines are matched by the text of their files. Functions are matched
 * by file, name and line; of those on a line without a counterpart, by file, name and order.
 *
 * @param arms in order; those of another version than the last are matched with the last
 * @returns in the order of file and line
 */
export function alignCounts(arms: readonly CountedArm[]): FunctionCounts[] {
  const columns = arms.map((arm, index) => ({ ...arm, index, ...placesBetween(arm, arms.at(-1)!) }))
  const rows = new Map<string, Row>()
  for (const column of [...columns.slice(-1), ...columns.slice(0, -1)]) {
    const left = column.functions.filter((one) => !placeByLine(rows, one, column))
    for (const one of left) placeByName(rows, one, column)
  }
  return [...rows.values()]
    .sort((a, b) => compareText(a.file, b.file) || a.order - b.order || compareText(a.name, b.name))
    .map((row) => toCounts(row, columns))
}

/** The line in another version that corresponds to a line; undefined if it has none there. */
type PlaceIn = (file: string, line: number) => number | undefined

interface Column extends CountedArm {
  readonly index: number
  readonly toLast: PlaceIn
  readonly fromLast: PlaceIn
}

/** A function in each arm that ran it. */
interface Row {
  readonly name: string
  readonly file: string
  /** Its line in the last arm; undefined if that version lacks it. */
  readonly place: number | undefined
  /** The place, or its line in the arm that has it. */
  readonly order: number
  readonly of: (CountedFunction | undefined)[]
}

/** @returns whether the line of the function has a counterpart, so that it is in its row */
function placeByLine(rows: Map<string, Row>, one: CountedFunction, column: Column): boolean {
  const { name, file } = one
  const place = column.toLast(file, one.line)
  if (place === undefined) return false
  const key = `${file}:${place}:${name}`
  const row = rows.get(key) ?? { name, file, place, order: place, of: [] }
  row.of[column.index] = one
  rows.set(key, row)
  return true
}

function placeByName(
  rows: Map<string, Row>,
  one: CountedFunction,
  { index, fromLast }: Column,
): void {
  const { name, file, line } = one
  const moved = [...rows.values()].find(
    (row) =>
      row.name === name &&
      row.file === file &&
      row.of[index] === undefined &&
      row.place !== undefined &&
      fromLast(file, row.place) === undefined,
  )
  if (moved !== undefined) {
    moved.of[index] = one
    return
  }
  const of: Row['of'] = []
  of[index] = one
  rows.set(`${index} ${file}:${line}:${name}`, { name, file, place: undefined, order: line, of })
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Without a text, and between equal versions, lines are the same. */
function placesBetween(from: CountedArm, to: CountedArm): Pick<Column, 'toLast' | 'fromLast'> {
  const maps = new Map<string, LineMaps | undefined>()
  const mapsOf = (file: string) => {
    if (!maps.has(file)) maps.set(file, mapsBetween(from.textOf(file), to.textOf(file)))
    return maps.get(file)
  }
  const find = (which: keyof LineMaps) => (file: string, line: number) => {
    const found = mapsOf(file)
    return found === undefined ? line : found[which].get(line)
  }
  return { toLast: find('there'), fromLast: find('back') }
}

interface LineMaps {
  readonly there: ReadonlyMap<number, number>
  readonly back: ReadonlyMap<number, number>
}

function mapsBetween(before: string | undefined, after: string | undefined): LineMaps | undefined {
  if (before === after || before === undefined || after === undefined) return undefined
  const there = matchLines(before, after)
  return { there, back: new Map([...there].map(([line, place]) => [place, line])) }
}

interface LineRow {
  readonly place: number | undefined
  readonly order: number
  readonly of: ({ readonly line: number; readonly counts: LineCount } | undefined)[]
}

function toCounts(row: Row, columns: readonly Column[]): FunctionCounts {
  const { name, file, of } = row
  const lineIn = ({ index, fromLast }: Column, place: number | undefined, own?: number) =>
    own ??
    (place === undefined ? null : index === columns.length - 1 ? place : fromLast(file, place)) ??
    null
  return {
    name,
    file,
    line: joined(columns.map((column) => lineIn(column, row.place, of[column.index]?.line))),
    calls: columns.map(({ index }) => of[index]?.calls ?? 0),
    lines: lineRows(row, columns).map((line) => ({
      at: joined(columns.map((column) => lineIn(column, line.place, line.of[column.index]?.line))),
      runs: columns.map(({ index }) => line.of[index]?.counts.runs ?? 0),
      steps: columns.map(({ index }) => line.of[index]?.counts.steps ?? 0),
    })),
  }
}

function lineRows({ file, of }: Row, columns: readonly Column[]): LineRow[] {
  const rows = new Map<string, LineRow>()
  for (const { index, toLast } of columns)
    for (const [line, counts] of of[index]?.lines ?? []) {
      const place = toLast(file, line)
      const key = place === undefined ? `${index}:${line}` : String(place)
      const row = rows.get(key) ?? { place, order: place ?? line, of: [] }
      row.of[index] = { line, counts }
      rows.set(key, row)
    }
  return [...rows.values()].sort((a, b) => a.order - b.order)
}

/** One line if it is the same in all arms. */
function joined(lines: readonly (number | null)[]): (number | null)[] {
  const distinct = new Set(lines)
  return distinct.size === 1 ? [...distinct] : [...lines]
}
