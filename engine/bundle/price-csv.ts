import { basename, extname } from 'node:path'
import { EngineError, messageOf } from '../errors.js'
import { type AssetId, checkAssetId } from '../market/asset.js'
import { BAR_FIELDS, type BarField } from '../market/bars.js'
import {
  decimalDigits,
  divideHalfEven,
  MAX_RECOVERABLE_TICKS,
  parseDecimal,
} from '../market/money.js'
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
  /** Number of values rounded to the scale; 0 unless `PriceCsvOptions.round` allows it. */
  readonly rounded: Readonly<Record<Side, number>>
}

/** The two kinds of number in a price file; each has its own scale. */
export type Side = 'price' | 'volume'

export interface PriceCsvOptions {
  readonly scales: Scales
  /**
   * Round values with more decimal places than the scale half-even instead of refusing them. A
   * price is never rounded to zero.
   */
  readonly round: Readonly<Record<Side, boolean>>
  /**
   * The digits of all values read at these scales, other files included, since the remedy in an
   * error must suit them all. Called only for an error.
   */
  readonly digits: () => Readonly<Record<Side, DigitSpan>>
}

const TIME_NAMES = ['date', 'session', 'timestamp', 'datetime', 'time']
const ASSET_NAMES = ['asset', 'ticker', 'symbol']

/**
 * Reads a price file in one of the usual forms: a header in any case and order with one of date |
 * session | timestamp | datetime | time, optionally one of asset | ticker | symbol (otherwise the
 * file's name without its extension names the asset), and open, high, low, close, volume. Other
 * columns are ignored: columns of adjusted prices, dividends or splits do not show whether the
 * prices are adjusted already.
 *
 * @param path  named in errors; may name the asset
 * @param text  the file's content; times are UTC
 * @returns one series per asset, in order of appearance
 * @throws {EngineError} `input-invalid`, `precision`: file, line and remedy for a missing or
 * doubled column, a row with too many or too few cells, an empty or non-numeric value, a price that
 * is not positive, high < low, a bad date, unsorted or duplicate bars, a file without rows
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
 * How many digits the prices and volumes of a file have. Values that are not decimals are skipped
 * here; `readPriceCsv` refuses them.
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
  const problem = barFault(own, own.time.length - 1, options.scales)
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
      `${field} is ${text || 'empty'}; remove the row: a slot where the asset did not trade has none`,
    )
  }
  const side = sideOf(field)
  const scale = options.scales[side]
  try {
    return parseTicks(text, scale)
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.code !== 'precision')
      throw fault(path, row.line, `${field}: ${messageOf(cause)}`, cause)
    const rounded = roundedUnits(text, scale, options.round[side])
    if (rounded === undefined || (rounded === 0 && side === 'price'))
      throw imprecise(path, row, field, text, rounded, options, cause)
    own.rounded[side]++
    return rounded
  }
}

/** One limit from ingesting to trading: what a backtest can recover from doubles. */
function parseTicks(text: string, scale: number): number {
  const ticks = parseDecimal(text, scale)
  if (Math.abs(ticks) <= MAX_RECOVERABLE_TICKS) return ticks
  const message = `${text} is more than 2^51 ticks at ${scale} decimal places`
  throw new EngineError('precision', message)
}

/** @param rounded  0: the price would round to 0; undefined: rounding is not allowed or fails */
function imprecise(
  path: string,
  row: CsvRow,
  field: BarField,
  text: string,
  rounded: number | undefined,
  { digits, scales }: PriceCsvOptions,
  cause: EngineError,
): EngineError {
  const side = sideOf(field)
  const scale = scales[side]
  const misfit =
    rounded === 0 ? `${text} is 0 at ${scale} decimal places` : cause.message.replace(/; .*/, '')
  const remedy = scaleRemedy(side, digits()[side], scale)
  return fault(path, row.line, `${field}: ${misfit}; ${remedy}`, cause, 'precision')
}

/** Rounded half-even from the exact text; undefined where not allowed or not up to 2^51. */
function roundedUnits(text: string, scale: number, allowed: boolean): number | undefined {
  const digits = allowed ? decimalDigits(text) : undefined
  if (digits === undefined) return undefined
  const { negative, whole, places } = digits
  const units = Number(
    divideHalfEven(BigInt(whole + places) * 10n ** BigInt(scale), 10n ** BigInt(places.length)),
  )
  if (units > MAX_RECOVERABLE_TICKS) return undefined
  return negative && units !== 0 ? -units : units
}

function located<T>(path: string, row: CsvRow, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw fault(path, row.line, messageOf(cause), cause)
  }
}
