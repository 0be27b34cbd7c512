import { basename } from 'node:path'
import { type CsvRow, fault } from './csv-rows.js'
import { decimalMarkOf } from './price-files/decimal-mark.js'
import { plainNumber } from './price-files/number-text.js'
import { readTable } from './price-files/price-table.js'
import { fittedTable, sameMeaning, type Table, type Vocabulary } from './price-files/text-table.js'
import { likelyRatio, twoNumbers } from './split-ratio.js'

/** One split or dividend as written in a file. */
export interface EventRow {
  readonly line: number
  readonly asset: string
  readonly when: string
  readonly kind: string
  readonly value: string
  /** The second number of a split ratio: old shares. */
  readonly per?: string
  /**
   * The decimal in the file, if it was recognised as a rounded fraction, which is then `value` and
   * `per`.
   */
  readonly decimal?: string
}

export interface EventFile {
  readonly path: string
  readonly rows: readonly EventRow[]
  /** Present if a decimal ratio seems to be a rounded fraction. */
  readonly notes: readonly string[]
}

const COLUMNS = ['asset', 'session', 'kind', 'value'] as const
type Column = (typeof COLUMNS)[number] | 'per'

/**
 * What names in lower case mean. A Map, because a header may hold the name of a property that
 * every object has, such as `constructor`.
 */
const NAMES: ReadonlyMap<string, Column> = new Map<string, Column>([
  ...COLUMNS.map((name) => [name, name] as const),
  ['numerator', 'value'],
  ['per', 'per'],
  ['denominator', 'per'],
])

function meaningOf(name: string): Column | undefined {
  return NAMES.get(name.toLowerCase())
}

const EVENTS: Vocabulary = { meaningOf, example: COLUMNS.join(',') }

/**
 * Reads a file of splits and dividends, with the columns `asset,session,kind,value`, in any form in
 * which price files are read. A ratio is a decimal, or two numbers: new shares and old ones, as
 * `1:3`, `1/3`, `1 for 3`, or in two columns `value` and `per` (also `numerator` and
 * `denominator`).
 *
 * If a decimal is surely a rounded fraction (0.333333333), it is read as that fraction. If it may
 * be one (0.33), it is read unchanged. In both cases there is a note.
 *
 * @param decimalComma  see `ReadingOptions`
 * @throws {EngineError} `input-invalid`: not CSV, or a missing or doubled column; names file and
 * line
 */
export async function readEvents(path: string, decimalComma?: boolean): Promise<EventFile> {
  const found = await readTable(path, EVENTS)
  const at = eventColumns(path, found)
  const table = fittedTable(path, found)
  const values = table.rows.map(({ line, cells }) => ({ line, text: cells[at.get('value')!]! }))
  const mark = decimalMarkOf(path, values, decimalComma)
  const notes = table.notes.map((note) => `${basename(path)}: ${note}`)
  const rows = table.rows.map((row) => {
    const given = toEventRow(row, at, (text) => plainNumber(text, mark, false))
    const meant = given.kind === 'split' && given.per === undefined ? meantRatio(given) : undefined
    if (meant === undefined) return given
    notes.push(`${basename(path)}:${given.line}: ${meant.note}`)
    return { ...given, ...meant.parts }
  })
  return { path, rows, notes }
}

/** In any case. */
const KINDS: readonly string[] = ['split', 'dividend']

function eventColumns(path: string, table: Table): ReadonlyMap<Column, number> {
  const { header, headerLine } = table
  const at = new Map<Column, number>()
  for (const [index, name] of header.entries()) {
    const column = meaningOf(name)
    if (column === undefined) continue
    const other = at.get(column)
    if (other !== undefined) throw sameMeaning(path, table, [other, index])
    at.set(column, index)
  }
  if (COLUMNS.every((name) => at.has(name))) return at
  throw fault(
    path,
    headerLine,
    `the columns ${COLUMNS.join(', ')} belong here; the header is ${header.join(',').slice(0, 120)}`,
  )
}

function toEventRow(
  { line, cells }: CsvRow,
  at: ReadonlyMap<Column, number>,
  plain: (text: string) => string,
): EventRow {
  const [asset = '', when = '', given = ''] = COLUMNS.map((name) => cells[at.get(name)!]!)
  const kind = KINDS.find((known) => known === given.toLowerCase()) ?? given
  const written = plain(cells[at.get('value')!]!)
  const second = at.get('per')
  const beside = second === undefined ? '' : plain(cells[second]!)
  const [value, per] =
    beside === '' || (beside === '1' && kind === 'dividend')
      ? (twoNumbers(written) ?? [written])
      : [written, beside]
  return { line, asset, when, kind, value, ...(per !== undefined && { per }) }
}

/** The likely meaning of a decimal ratio. */
function meantRatio({ asset, value }: EventRow) {
  const likely = likelyRatio(value)
  if (likely === undefined) return undefined
  const { numerator, denominator } = likely.ratio
  const ratio = `${numerator}:${denominator}`
  const split = `split ${value} of ${asset}`
  if (!likely.certain)
    return {
      note: `${split} looks like ${ratio} rounded, and is used as it is; write ${ratio} if that is meant`,
      parts: {},
    }
  return {
    note: `${split} is read as ${ratio}, of which it is rounded; write ${value}:1 if the decimal is meant`,
    parts: { value: numerator.toString(), per: denominator.toString(), decimal: value },
  }
}
