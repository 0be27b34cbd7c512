import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  type ParquetScan,
  parquetMetadata,
  parquetScan,
} from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { EngineError, reasonOf } from '../errors.js'
import { BAR_FIELDS, type BarField } from '../market/bars.js'
import { MAX_UNSCALED, powerOfTen } from '../market/money.js'
import { barCount, type CanonicalContent } from './content.js'
import { corruptFile } from './corrupt-file.js'
import type { Scales } from './manifest.js'
import {
  adjustmentsLayout,
  barsLayout,
  type ColumnLayout,
  checkSchema,
  hasPer,
  schemaElements,
  withRawValues,
} from './parquet-schema.js'
import type { StoredFile } from './stored-file.js'
import type { TickAdjustment, TickTable } from './tick-table.js'

/**
 * The bars of canonical content as a Parquet file: one row group per asset, decimals exact on
 * INT64, the asset as a dictionary.
 */
export function barsToParquet(content: CanonicalContent): Uint8Array {
  const rows = barCount(content)
  const asset = content.bars.flatMap((bars) =>
    new Array<string>(bars.session.length).fill(bars.asset),
  )
  const time = content.bars.flatMap((bars) =>
    Array.from(bars.session, (index) => BigInt(content.calendar.times[index]!)),
  )
  const unscaled = (field: BarField) => {
    const out = new BigInt64Array(rows)
    let row = 0
    for (const bars of content.bars) for (const ticks of bars[field]) out[row++] = BigInt(ticks)
    return out
  }
  return write(
    barsLayout(content.scales),
    [asset, time, ...BAR_FIELDS.map(unscaled)],
    content.bars.map((bars) => bars.session.length),
  )
}

/** The adjustments of canonical content as a Parquet file. */
export function adjustmentsToParquet({
  adjustments,
  calendar,
  scales,
}: CanonicalContent): Uint8Array {
  const power = powerOfTen(scales.adjustment)
  const columns: DecodedArray[] = [
    adjustments.map(({ asset }) => asset),
    adjustments.map(({ session }) => BigInt(calendar.times[session]!)),
    adjustments.map(({ kind }) => kind),
    adjustments.map(({ value }) => BigInt(value.times(power).toFixed())),
  ]
  const withPer = adjustments.some(({ per }) => per !== undefined)
  if (withPer) columns.push(adjustments.map(({ per }) => BigInt(per?.toFixed() ?? 1)))
  return write(adjustmentsLayout(scales, withPer), columns, [Math.max(1, adjustments.length)])
}

function write(
  layout: ColumnLayout,
  columns: readonly DecodedArray[],
  rowGroupSize: number[],
): Uint8Array {
  const buffer = parquetWriteBuffer({
    schema: schemaElements(layout),
    // Plain integers decode several times faster than a dictionary of bigints, and one page per
    // chunk needs no joining.
    columnData: layout.map(({ name, column }, i) => ({
      name,
      data: columns[i]!,
      encoding: column.kind === 'text' ? 'RLE_DICTIONARY' : 'PLAIN',
    })),
    rowGroupSize,
    pageSize: 2 ** 28,
    createdBy: 'assay',
  })
  return new Uint8Array(buffer)
}

/**
 * Decodes a bars file.
 *
 * @returns raw unscaled integers in file order, not yet checked against a manifest
 * @throws {EngineError} `bundle-corrupt`: not Parquet, truncated, not a bars file of these scales,
 * or another number of rows
 */
export async function readBarsParquet(file: StoredFile, scales: Scales): Promise<TickTable> {
  const { rows, text, numbers } = await readColumns(file, () => barsLayout(scales))
  const column = (name: string) => numbers.get(name)!
  return {
    rows,
    asset: text.get('asset')!,
    time: column('session'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  }
}

/** Decodes an adjustments file; see `readBarsParquet`. */
export async function readAdjustmentsParquet(
  file: StoredFile,
  scales: Scales,
): Promise<readonly TickAdjustment[]> {
  const { rows, text, numbers } = await readColumns(file, (metadata) =>
    adjustmentsLayout(scales, hasPer(metadata)),
  )
  return Array.from({ length: rows }, (_, i) => ({
    asset: text.get('asset')![i]!,
    time: numbers.get('session')![i]!,
    kind: text.get('kind')![i]!,
    value: numbers.get('value')![i]!,
    per: numbers.get('per')?.[i] ?? 1,
  }))
}

interface Columns {
  readonly rows: number
  readonly text: ReadonlyMap<string, readonly string[]>
  readonly numbers: ReadonlyMap<string, Float64Array>
}

async function readColumns(
  file: StoredFile,
  layoutOf: (metadata: FileMetaData) => ColumnLayout,
): Promise<Columns> {
  const { path, bytes } = file
  try {
    const metadata = parquetMetadata(bytes)
    const layout = layoutOf(metadata)
    const units = checkSchema(path, metadata, layout)
    checkRows(file, metadata)
    return await decode(bytes, metadata, layout, units)
  } catch (cause) {
    if (cause instanceof EngineError) throw cause
    const reason = reasonOf(cause).slice(0, 120)
    throw corruptFile(path, `is not a readable parquet file (${reason})`, cause)
  }
}

/** The counts are checked before decoding, because arrays are allocated by them. */
function checkRows({ path, rows }: StoredFile, metadata: FileMetaData): void {
  const found = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  if (found !== rows)
    throw corruptFile(path, `holds ${found} rows where the manifest lists ${rows}`)
}

async function decode(
  bytes: Uint8Array,
  metadata: FileMetaData,
  layout: ColumnLayout,
  units: ReadonlyMap<string, number>,
): Promise<Columns> {
  const rows = Number(metadata.num_rows)
  const scan = await parquetScan({
    file: inMemory(bytes),
    metadata: withRawValues(metadata, ({ type }) => type === 'INT64'),
    columns: layout.map(({ name }) => name),
    utf8: false,
    ...(await compressorsFor(metadata)),
  })
  const text = new Map<string, string[]>()
  const numbers = new Map<string, Float64Array>()
  for (const { name, column } of layout) {
    if (column.kind === 'text') {
      const strings: string[] = []
      await readChunks(scan, name, (data) => appendText(strings, data, name))
      text.set(name, strings)
    } else {
      const values = new Float64Array(rows)
      const unit = units.get(name)!
      await readChunks(scan, name, (data, start) => copyIntegers(data, values, start, unit, name))
      numbers.set(name, values)
    }
  }
  return { rows, text, numbers }
}

/**
 * Reads a column, one row group after another.
 *
 * @param take  gets the values, and the row of the first
 */
export async function readChunks(
  scan: ParquetScan,
  column: string,
  take: (data: DecodedArray, start: number) => void,
): Promise<void> {
  for (const range of scan.ranges) {
    const data = await scan.readColumn({ column, ...range })
    if (data.length !== range.rowEnd - range.rowStart)
      throw new Error(`column ${column} ends early`)
    take(data, range.rowStart)
  }
}

/** Bytes as the decoder reads them. */
export function inMemory(bytes: Uint8Array): AsyncBuffer {
  return {
    byteLength: bytes.length,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  }
}

/** hyparquet decodes SNAPPY, which we write, by itself; other codecs are loaded if needed. */
export async function compressorsFor(
  metadata: FileMetaData,
): Promise<{ compressors?: Compressors }> {
  const codecs = metadata.row_groups.flatMap((group) =>
    group.columns.map((chunk) => chunk.meta_data?.codec),
  )
  if (codecs.every((codec) => codec === 'SNAPPY' || codec === 'UNCOMPRESSED')) return {}
  return { compressors: (await import('hyparquet-compressors')).compressors }
}

function appendText(out: string[], data: DecodedArray, name: string): void {
  for (const value of data as ArrayLike<unknown> & Iterable<unknown>) {
    if (typeof value !== 'string') throw new Error(`column ${name} holds a value that is not text`)
    out.push(value)
  }
}

function copyIntegers(
  data: DecodedArray,
  out: Float64Array,
  at: number,
  unit: number,
  name: string,
): void {
  if (data instanceof BigInt64Array) {
    copyHalves(data, out, at, unit, name)
    return
  }
  for (let i = 0; i < data.length; i++) {
    const value: unknown = data[i]
    if (typeof value !== 'bigint' || value > MAX_UNSCALED || value < -MAX_UNSCALED) {
      throw new Error(`column ${name} holds a value that is empty or beyond 2^53`)
    }
    out[at + i] = unit === 1 ? Number(value) : Number(value) * unit
  }
}

/** Int64 → double, exact: two 32-bit halves are several times faster than a bigint per value. */
function copyHalves(
  data: BigInt64Array,
  out: Float64Array,
  at: number,
  unit: number,
  name: string,
): void {
  const halves = new Int32Array(data.buffer, data.byteOffset, data.length * 2)
  for (let i = 0; i < data.length; i++) {
    const value = halves[2 * i + 1]! * 2 ** 32 + (halves[2 * i]! >>> 0)
    if (value > MAX_UNSCALED || value < -MAX_UNSCALED)
      throw new Error(`column ${name} holds a value beyond 2^53`)
    out[at + i] = unit === 1 ? value : value * unit
  }
}
