import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { EngineError, messageOf } from '../../errors.js'
import { checkAssetId } from '../../market/asset.js'
import { BAR_FIELDS, type BarField } from '../../market/bars.js'
import { fault } from '../csv-rows.js'
import { printable, quoted } from '../printable.js'
import { barTimes } from './bar-times.js'
import { type Columns, findColumns, meaningOfName } from './column-names.js'
import { readDates, type Stamp, type TextAt } from './date-column.js'
import { decimalMarkOf } from './decimal-mark.js'
import { decodedText, unpacked } from './decode-text.js'
import { isParquet } from './file-formats.js'
import { isMissing, plainNumber } from './number-text.js'
import { parquetTable } from './parquet-table.js'
import { unstacked } from './stacked-header.js'
import { fittedTable, type Table, textTable, type Vocabulary } from './text-table.js'

/** What the user decides where a file can be read in several ways. */
export interface ReadingOptions {
  /** The form of all dates; see `DATE_FORMS`. Where absent, each file decides it. */
  readonly dateFormat?: string
  /** True: commas are decimal; false: they group thousands. Where absent, each file decides it. */
  readonly decimalComma?: boolean
  /** Zone of times of day without an offset, e.g. `America/New_York`; UTC where absent. */
  readonly timezone?: string
  /** Volume of every bar of files without one, as decimal text; 0 where absent. */
  readonly assumeVolume?: string
}

/** The rows of a price file, checked as far as that is possible without scales. */
export interface PriceTable extends Readonly<Record<BarField, readonly string[]>> {
  readonly path: string
  readonly line: readonly number[]
  readonly asset: readonly string[]
  /** Epoch milliseconds. */
  readonly time: readonly number[]
  /** The date as the file gives it. */
  readonly when: readonly string[]
  /** Times of day without an offset, taken as UTC. */
  readonly takenAsUtc: boolean
  /** Every bar has the volume of `ReadingOptions.assumeVolume`. */
  readonly volumeAssumed: boolean
  readonly notes: readonly string[]
}

const PRICES: Vocabulary = {
  meaningOf: meaningOfName,
  example: 'date,open,high,low,close,volume',
}

/**
 * Reads a price file: bytes → text → table → columns → dates and plain numbers. Formats, names and
 * options: docs/price-files.md.
 *
 * @throws {EngineError} `input-invalid`: names the file, the first line at fault, and the remedy
 */
export async function readPriceTable(path: string, options: ReadingOptions): Promise<PriceTable> {
  const found = unstacked(path, await readTable(path, PRICES))
  const symbols = found.header.findIndex((title) => meaningOfName(title) === 'asset')
  const name = stemOf(path)
  const named = findColumns(path, found, found.rows[0]?.cells[symbols] || name)
  const table = fittedTable(path, found)
  const columns = withoutEmptyVolume(named, table)
  if (table.rows.length === 0)
    throw fault(path, table.headerLine, 'the file has a header but no rows; give at least one bar')
  const asset = assetsOf(path, table, columns.asset, name)
  const dates = datesOf(path, table, columns, asset, options)
  const volume = volumeNotes(columns, options)
  return {
    path,
    line: table.rows.map(({ line }) => line),
    asset,
    ...dates,
    ...numbersOf(path, table, columns, options),
    volumeAssumed: columns.volume === undefined && options.assumeVolume !== undefined,
    notes: [...table.notes, ...columns.notes, ...dates.notes, ...volume],
  }
}

/**
 * The table in a file of any readable format.
 *
 * @throws {EngineError} `input-invalid`: missing, unreadable, or of another format
 */
export async function readTable(path: string, vocabulary: Vocabulary): Promise<Table> {
  const bytes = unpacked(path, await readBytes(path))
  if (isParquet(bytes)) return parquetTable(path, bytes)
  return textTable(path, decodedText(path, bytes), vocabulary)
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code ?? cause.message})`
    const message = `${printable(path)} ${reason}; name a readable csv file`
    throw new EngineError('input-invalid', message, { cause, details: { file: path } })
  })
}

/** The file's name without its extensions: `AAPL` for `AAPL.csv.gz`. */
export function stemOf(path: string): string {
  const unpackedName = basename(path).replace(/\.gz$/i, '')
  return basename(unpackedName, extname(unpackedName))
}

function assetsOf(
  path: string,
  { rows }: Table,
  column: number | undefined,
  name: string,
): readonly string[] {
  const checked = new Set<string>()
  return rows.map(({ line, cells }) => {
    const asset = column === undefined ? name : cells[column]!
    if (checked.has(asset)) return asset
    try {
      checked.add(checkAssetId(asset))
    } catch (cause) {
      throw fault(path, line, messageOf(cause), cause)
    }
    return asset
  })
}

function datesOf(
  path: string,
  { rows }: Table,
  columns: Columns,
  asset: readonly string[],
  { dateFormat, timezone }: ReadingOptions,
): Pick<PriceTable, 'time' | 'when' | 'takenAsUtc' | 'notes'> {
  const texts = rows.map(({ line, cells }) => ({
    line,
    text: columns.time.map((index) => cells[index]!).join(' '),
  }))
  const stamps = readDates(path, texts, dateFormat)
  const { times, taken, notes } = barTimes(path, texts, stamps, asset, timezone, columns.zone)
  if (columns.date !== undefined) {
    const date = columns.date
    const dates = rows.map(({ line, cells }) => ({ line, text: cells[date]! }))
    checkSameDay(path, texts, stamps, dates, dateFormat)
  }
  return { time: times, when: texts.map(({ text }) => text), takenAsUtc: taken, notes }
}

/** A column of volumes without a single one is the same as none. */
function withoutEmptyVolume(columns: Columns, { rows }: Table): Columns {
  const { volume, ...others } = columns
  if (volume === undefined || rows.some(({ cells }) => !isMissing(cells[volume]!))) return columns
  return others
}

/** A date beside an instant is read only to find that they disagree. */
function checkSameDay(
  path: string,
  texts: readonly TextAt[],
  stamps: readonly Stamp[],
  dates: readonly TextAt[],
  dateFormat: string | undefined,
): void {
  const other = beside(path, dates, dateFormat)
  for (const [i, { day, time = 0, offset = 0 }] of stamps.entries()) {
    const local = other?.[i]
    if (local === undefined) return
    const sameDay = local.day === day
    if (sameDay && (local.time ?? time) - (local.offset ?? 0) === time - offset) continue
    throw fault(
      path,
      texts[i]!.line,
      `${quoted(texts[i]!.text)} and ${quoted(dates[i]!.text)} are different times; keep one of the two columns`,
    )
  }
}

/** Undefined where the dates cannot be read alone: then the instants decide. */
function beside(
  path: string,
  dates: readonly TextAt[],
  dateFormat: string | undefined,
): readonly Stamp[] | undefined {
  try {
    return readDates(path, dates, dateFormat)
  } catch (cause) {
    if (cause instanceof EngineError) return undefined
    throw cause
  }
}

function numbersOf(
  path: string,
  { rows }: Table,
  { prices, volume }: Columns,
  { decimalComma, assumeVolume = '0' }: ReadingOptions,
): Record<BarField, readonly string[]> {
  const used = [...prices.map(({ index }) => index), ...(volume === undefined ? [] : [volume])]
  const mark = decimalMarkOf(path, numbersIn(rows, used), decimalComma)
  const column = (index: number, suffixes: boolean) =>
    rows.map(({ cells }) => plainNumber(cells[index]!, mark, suffixes))
  const found = new Map(prices.map(({ field, index }) => [field, column(index, false)]))
  const volumes = volume === undefined ? rows.map(() => assumeVolume) : column(volume, true)
  const [open, high, low, close] = BAR_FIELDS.map((field) => found.get(field) ?? volumes)
  return { open: open!, high: high!, low: low!, close: close!, volume: volumes }
}

function* numbersIn(rows: Table['rows'], indices: readonly number[]): Generator<TextAt> {
  for (const { line, cells } of rows)
    for (const index of indices) yield { line, text: cells[index]! }
}

function volumeNotes({ volume }: Columns, { assumeVolume }: ReadingOptions): readonly string[] {
  if (volume !== undefined || assumeVolume !== undefined) return []
  return [
    'no volume; every bar has volume 0, so that no order fills; give --assume-volume to let orders fill',
  ]
}
