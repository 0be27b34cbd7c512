import { basename, extname } from 'node:path'
import { EngineError } from '../errors.js'
import { type AssetId, checkAssetId } from '../market/asset.js'
import { BAR_FIELDS, type BarField } from '../market/bars.js'
import { divideHalfEven, parseDecimal, ticksToText } from '../market/money.js'
import { barFault } from './content-problems.js'
import { type CsvRow, fault, readCsv } from './csv-rows.js'
import type { Scales } from './manifest.js'
import { parseTimestamp } from './timestamp.js'

/** One asset's bars from one file: unscaled integers by epoch milliseconds, strictly ascending. */
export interface PriceSeries extends Readonly<Record<BarField, readonly number[]>> {
  readonly asset: AssetId
  readonly file: string
  readonly time: readonly number[]
  /** Volumes with more places than the scale, rounded half-even; always 0 unless asked for. */
  readonly roundedVolumes: number
}

export interface PriceCsvOptions {
  readonly scales: Scales
  /** Round volumes with more places than the scale half-even instead of refusing them. Prices are never rounded. */
  readonly roundVolume: boolean
}

const TIME_NAMES = ['date', 'session', 'timestamp', 'datetime', 'time']
const ASSET_NAMES = ['asset', 'ticker', 'symbol']

/**
 * Reads a price file as people have them: a header in any case and order with one of date | session | timestamp | datetime | time, optionally one
 * of asset | ticker | symbol (else the file's stem names the asset), and open, high, low, close, volume. Other columns are ignored: adjusted
 * prices, dividends and splits beside the prices say nothing about whether they were applied already.
 *
 * @param path  for messages and the asset's name
 * @param text  the file's content; times are UTC
 * @returns one series per asset, in order of appearance
 * @throws {EngineError} `input-invalid`, `precision`: file, line and remedy for a missing or doubled column, a ragged row, an empty or
 * non-numeric value, a price that is not positive, high < low, a bad date, unsorted or duplicate bars, no row at all
 */
export function readPriceCsv(path: string, text: string, options: PriceCsvOptions): readonly PriceSeries[] {
  const { header, rows } = readCsv(path, text)
  const columns = findColumns(path, header)
  if (rows.length === 0) throw fault(path, 1, 'the file has a header but no rows; give at least one bar')
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

/** The decimal places a price file needs, trailing zeros aside: the most of any price, the most of any volume, and the largest whole volume. */
export interface NeededPlaces {
  readonly price: number
  readonly volume: number
  readonly wholeVolumeDigits: number
}

/**
 * Looks how many decimal places a price file has, without reading its values: what does not look like a plain decimal counts for nothing here and
 * is refused by `readPriceCsv`.
 *
 * @throws {EngineError} `input-invalid`: not CSV, or a missing column
 */
export function placesNeeded(path: string, text: string): NeededPlaces {
  const { header, rows } = readCsv(path, text)
  const { fields } = findColumns(path, header)
  const needed = { price: 0, volume: 0, wholeVolumeDigits: 0 }
  for (const { cells } of rows) {
    for (const { field, index } of fields) {
      const match = /^\+?0*(\d*)(?:\.(\d*?)0*)?$/.exec(cells[index]!)
      const places = match?.[2]?.length ?? 0
      const side = field === 'volume' ? 'volume' : 'price'
      if (places > needed[side]) needed[side] = places
      if (field === 'volume') needed.wholeVolumeDigits = Math.max(needed.wholeVolumeDigits, match?.[1]?.length ?? 0)
    }
  }
  return needed
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
  roundedVolumes: number
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
    throw fault(path, 1, `no column ${candidates.join(' or ')}; the header is ${header.join(',').slice(0, 120)}`)
  }
  return {
    time: required(TIME_NAMES),
    asset: only(ASSET_NAMES),
    fields: BAR_FIELDS.map((field) => ({ field, index: required([field]) })),
  }
}

function emptySeries(path: string, row: CsvRow, name: string): GrowingSeries {
  const asset = located(path, row, () => checkAssetId(name))
  return { asset, file: path, time: [], open: [], high: [], low: [], close: [], volume: [], roundedVolumes: 0 }
}

function append(path: string, row: CsvRow, own: GrowingSeries, columns: Columns, options: PriceCsvOptions): void {
  const text = row.cells[columns.time]!
  const time = located(path, row, () => parseTimestamp(text))
  const previous = own.time.at(-1)
  if (previous === time) throw fault(path, row.line, `duplicate bar of ${own.asset} on ${text}; keep one`)
  if (previous !== undefined && previous > time)
    throw fault(path, row.line, `${text} comes after a later date of ${own.asset}; sort the file by date`)
  own.time.push(time)
  for (const { field, index } of columns.fields) own[field].push(parseField(path, row, own, field, row.cells[index]!, options))
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
  const { price, volume } = options.scales
  if (field !== 'volume') return located(path, row, () => parseDecimal(text, price), field)
  try {
    return parseDecimal(text, volume, '--volume-scale')
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.code !== 'precision')
      throw fault(path, row.line, `${field}: ${messageOf(cause)}`, cause)
    const rounded = options.roundVolume ? roundedUnits(text, volume) : undefined
    if (rounded === undefined) throw precise(path, row, `${field}: ${cause.message}, or round with --round-volume`, cause)
    own.roundedVolumes++
    return rounded
  }
}

/** Half-even from the exact text; undefined where even that does not fit below 2^53. */
function roundedUnits(text: string, scale: number): number | undefined {
  const [whole = '', fraction = ''] = text.replace('+', '').split('.')
  const units = divideHalfEven(BigInt(whole + fraction) * 10n ** BigInt(scale), 10n ** BigInt(fraction.length))
  return Number.isSafeInteger(Number(units)) ? parseDecimal(ticksToText(units, scale), scale) : undefined
}

function located<T>(path: string, row: CsvRow, read: () => T, field?: string): T {
  try {
    return read()
  } catch (cause) {
    const message = `${field === undefined ? '' : `${field}: `}${messageOf(cause)}`
    if (cause instanceof EngineError && cause.code === 'precision') throw precise(path, row, message, cause)
    throw fault(path, row.line, message, cause)
  }
}

function precise(path: string, row: CsvRow, message: string, cause: unknown): EngineError {
  return new EngineError('precision', `${path}:${row.line}: ${message}`, { cause, details: { file: path, line: row.line } })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
