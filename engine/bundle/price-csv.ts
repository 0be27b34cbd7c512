import { basename, extname } from 'node:path'
import { EngineError } from '../errors.js'
import { type AssetId, checkAssetId } from '../market/asset.js'
import { BAR_FIELDS, type BarField } from '../market/bars.js'
import { decimalDigits, divideHalfEven, MAX_UNSCALED, parseDecimal } from '../market/money.js'
import { barFault } from './content-problems.js'
import { type CsvRow, fault, readCsv } from './csv-rows.js'
import { type DigitSpan, NO_DIGITS, scaleRemedy, widened } from './digit-span.js'
import type { Scales } from './manifest.js'
import { parseTimestamp } from './timestamp.js'

/** One asset's bars from one file: unscaled integers by epoch milliseconds, strictly ascending. */
export interface PriceSeries extends Readonly<Record<BarField, readonly number[]>> {
  readonly asset: AssetId
  readonly file: string
  readonly time: readonly number[]
  /** Values with more places than the scale, rounded half-even; always 0 unless asked for. */
  readonly rounded: Readonly<Record<Side, number>>
}

/** What has a scale of its own in a price file. */
export type Side = 'price' | 'volume'

export interface PriceCsvOptions {
  readonly scales: Scales
  /**
   * Round values with more places than the scale half-even instead of refusing them. A price is
   * never rounded to zero.
   */
  readonly round: Readonly<Record<Side, boolean>>
  /**
   * The digits of everything read at these scales, of other files too: a remedy must suit them all.
   * Asked for where one is needed.
   */
  readonly digits: () => Readonly<Record<Side, DigitSpan>>
}

const TIME_NAMES = ['date', 'session', 'timestamp', 'datetime', 'time']
const ASSET_NAMES = ['asset', 'ticker', 'symbol']

/**
 * Reads a price file as people have them: a header in any case and order with one of date | session
 * | timestamp | datetime | time, optionally one of asset | ticker | symbol (else the file's stem
 * names the asset), and open, high, low, close, volume. Other columns are ignored: adjusted prices,
 * dividends and splits beside the prices say nothing about whether they were applied already.
 *
 * @param path  for messages and the asset's name
 * @param text  the file's content; times are UTC
 * @returns one series per asset, in order of appearance
 * @throws {EngineError} `input-invalid`, `precision`: file, line and remedy for a missing or
 * doubled column, a ragged row, an empty or non-numeric value, a price that is not positive, high <
 * low, a bad date, unsorted or duplicate bars, no row at all
 */
export function readPriceCsv(
  path: string,
  text: string,
  options: PriceCsvOptions,
): readonly PriceSeries[] {
  const { header, rows } = readCsv(path, text)
  const columns = findColumns(path, header)
  if (rows.length === 0)
    throw fault(path, 1, 'the file has a header but no rows; give at least one bar')
  const stem = basename(path, extname(path))
  const series = new Map<string, GrowingSeries>()
  for (const row of rows) {
    const name = columns.asset === undefined ? stem : row.cells[columns.asset]!
    const own = series.get(name) ?? emptySeries(path, row, name)
    series.set(name, own)
    append(path, row, own, columns, options)
  }
  return [...series.values()]
}

/**
 * Looks how many digits the prices and volumes of a file have: what is no decimal counts for
 * nothing here and is refused by `readPriceCsv`.
 *
 * @throws {EngineError} `input-invalid`: not CSV, or a missing column
 */
export function digitsOf(path: string, text: string): Readonly<Record<Side, DigitSpan>> {
  const { header, rows } = readCsv(path, text)
  const { fields } = findColumns(path, header)
  const span = { price: NO_DIGITS, volume: NO_DIGITS }
  for (const { cells } of rows) {
    for (const { field, index } of fields) {
      const digits = decimalDigits(cells[index]!)
      if (digits !== undefined) span[sideOf(field)] = widened(span[sideOf(field)], digits)
    }
  }
  return span
}

function sideOf(field: BarField): Side {
  return field === 'volume' ? 'volume' : 'price'
}

interface Columns {
  readonly time: number
  readonly asset: number | undefined
  readonly fields: readonly { readonly field: BarField; readonly index: number }[]
}

interface GrowingSeries extends Record<BarField, number[]> {
  asset: AssetId
  file: string
  time: number[]
  rounded: Record<Side, number>
}

function findColumns(path: string, header: readonly string[]): Columns {
  const names = header.map((name) => name.toLowerCase())
  const only = (candidates: readonly string[]): number | undefined => {
    const found = names.flatMap((name, index) => (candidates.includes(name) ? [index] : []))
    if (found.length > 1) {
      throw fault(
        path,
        1,
        `columns ${found.map((index) => header[index]).join(' and ')} mean the same; keep one and rename the other`,
      )
    }
    return found[0]
  }
  const required = (candidates: readonly string[]): number => {
    const index = only(candidates)
    if (index !== undefined) return index
    throw fault(
      path,
      1,
      `no column ${candidates.join(' or ')}; the header is ${header.join(',').slice(0, 120)}`,
    )
  }
  return {
    time: required(TIME_NAMES),
    asset: only(ASSET_NAMES),
    fields: BAR_FIELDS.map((field) => ({ field, index: required([field]) })),
  }
}

function emptySeries(path: string, row: CsvRow, name: string): GrowingSeries {
  const asset = located(path, row, () => checkAssetId(name))
  return {
    asset,
    file: path,
    time: [],
    open: [],
    high: [],
    low: [],
    close: [],
    volume: [],
    rounded: { price: 0, volume: 0 },
  }
}

function append(
  path: string,
  row: CsvRow,
  own: GrowingSeries,
  columns: Columns,
  options: PriceCsvOptions,
): void {
  const text = row.cells[columns.time]!
  const time = located(path, row, () => parseTimestamp(text))
  const previous = own.time.at(-1)
  if (previous === time)
    throw fault(path, row.line, `duplicate bar of ${own.asset} on ${text}; keep one`)
  if (previous !== undefined && previous > time)
    throw fault(
      path,
      row.line,
      `${text} comes after a later date of ${own.asset}; sort the file by date`,
    )
  own.time.push(time)
  for (const { field, index } of columns.fields)
    own[field].push(parseField(path, row, own, field, row.cells[index]!, options))
  const problem = barFault(own, own.time.length - 1, options.scales.price)
  if (problem !== undefined) throw fault(path, row.line, problem)
}

function parseField(
  path: string,
  row: CsvRow,
  own: GrowingSeries,
  field: BarField,
  text: string,
  options: PriceCsvOptions,
): number {
  if (text === '' || /^(nan|null|none|n\/a|na)$/i.test(text)) {
    throw fault(
      path,
      row.line,
      `${field} is ${text === '' ? 'empty' : text}; remove the row: a slot without a bar is simply absent`,
    )
  }
  const side = sideOf(field)
  const scale = options.scales[side]
  try {
    return parseDecimal(text, scale)
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.code !== 'precision')
      throw fault(path, row.line, `${field}: ${messageOf(cause)}`, cause)
    const rounded = options.round[side] ? roundedUnits(text, scale) : undefined
    if (rounded !== undefined && (rounded !== 0 || side === 'volume')) {
      own.rounded[side]++
      return rounded
    }
    const what =
      rounded === 0
        ? `${text} is 0 at ${scale} decimal places`
        : messageOf(cause).replace(/; .*/, '')
    throw precise(
      path,
      row,
      `${field}: ${what}; ${scaleRemedy(side, options.digits()[side], scale)}`,
      cause,
    )
  }
}

/** Half-even from the exact text; undefined where even that does not fit below 2^53. */
function roundedUnits(text: string, scale: number): number | undefined {
  const digits = decimalDigits(text)
  if (digits === undefined) return undefined
  const { negative, whole, places } = digits
  const units = Number(
    divideHalfEven(BigInt(whole + places) * 10n ** BigInt(scale), 10n ** BigInt(places.length)),
  )
  if (units > MAX_UNSCALED) return undefined
  return negative && units !== 0 ? -units : units
}

function located<T>(path: string, row: CsvRow, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw fault(path, row.line, messageOf(cause), cause)
  }
}

function precise(path: string, row: CsvRow, message: string, cause: unknown): EngineError {
  return new EngineError('precision', `${path}:${row.line}: ${message}`, {
    cause,
    details: { file: path, line: row.line },
  })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
