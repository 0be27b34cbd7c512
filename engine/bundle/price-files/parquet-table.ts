import {
  type FileMetaData,
  type ParquetScan,
  parquetMetadata,
  parquetScan,
  type SchemaElement,
} from 'hyparquet'
import { EngineError, reasonOf } from '../../errors.js'
import { ticksToText } from '../../market/money.js'
import { fault } from '../csv-rows.js'
import { compressorsFor, inMemory, readChunks } from '../parquet.js'
import { timestampUnit, withRawValues } from '../parquet-schema.js'
import type { Table } from './text-table.js'

/**
 * The columns of a Parquet file as a table of text: decimals and integers exactly, binary floating
 * point as the shortest decimal that is that number, times as `2014-06-09T14:30:00Z`. Nested
 * columns are left out. Rows count as lines, from 1.
 *
 * @throws {EngineError} `input-invalid`: damaged, or of a kind that cannot be decoded
 */
export async function parquetTable(path: string, bytes: Buffer): Promise<Table> {
  try {
    const data = new Uint8Array(bytes)
    const metadata = parquetMetadata(data.buffer)
    const columns = flatColumns(metadata)
    const cells = await decode(data, metadata, columns)
    const rows = Array.from({ length: Number(metadata.num_rows) }, (_, i) => ({
      line: i + 1,
      cells: cells.map((column) => column[i]!),
    }))
    return {
      header: columns.map(({ name }) => name),
      headerLine: 1,
      rows,
      delimiter: ',',
      notes: [],
    }
  } catch (cause) {
    if (cause instanceof EngineError) throw cause
    const reason = reasonOf(cause).slice(0, 120)
    throw fault(path, 1, `not a readable Parquet file (${reason}); fetch or write it again`, cause)
  }
}

function flatColumns({ schema }: FileMetaData): readonly SchemaElement[] {
  const columns: SchemaElement[] = []
  for (let i = 1; i < schema.length; ) {
    const element = schema[i]!
    const end = endOf(schema, i)
    if (end === i + 1 && element.repetition_type !== 'REPEATED') columns.push(element)
    i = end
  }
  return columns
}

/** The index after an element and all below it. */
function endOf(schema: readonly SchemaElement[], index: number): number {
  let end = index + 1
  for (let child = 0; child < (schema[index]?.num_children ?? 0); child++) end = endOf(schema, end)
  return end
}

async function decode(
  data: Uint8Array,
  metadata: FileMetaData,
  columns: readonly SchemaElement[],
): Promise<readonly (readonly string[])[]> {
  const scan = await parquetScan({
    file: inMemory(data),
    metadata: withRawValues(metadata, isNumber),
    columns: columns.map(({ name }) => name),
    ...(await compressorsFor(metadata)),
  })
  const decoded: (readonly string[])[] = []
  for (const element of columns) decoded.push(await columnText(scan, element))
  return decoded
}

async function columnText(scan: ParquetScan, element: SchemaElement): Promise<readonly string[]> {
  const cells: string[] = []
  const text = textOf(element)
  await readChunks(scan, element.name, (values) => {
    for (const value of values as ArrayLike<unknown> & Iterable<unknown>)
      cells.push(value === null || value === undefined ? '' : text(value).trim())
  })
  return cells
}

/** Integers, times and decimals. */
function isNumber(element: SchemaElement): boolean {
  return element.type === 'INT32' || element.type === 'INT64' || isDecimal(element)
}

function isDecimal({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL'
}

function textOf(element: SchemaElement): (value: unknown) => string {
  if (isDecimal(element)) {
    const { logical_type } = element
    const scale = logical_type?.type === 'DECIMAL' ? logical_type.scale : (element.scale ?? 0)
    return (value) => ticksToText(integerOf(value), scale)
  }
  const unit = unitOf(element)
  if (unit !== undefined) return (value) => timeText(integerOf(value), unit, isUtc(element))
  if (element.type === 'FLOAT') return (value) => shortestSingle(Number(value))
  return (value) => {
    if (value instanceof Date) return value.toISOString()
    return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value)
  }
}

function integerOf(value: unknown): bigint {
  if (value instanceof Uint8Array) return BigInt.asIntN(8 * value.length, unsigned(value))
  return BigInt(value as number | bigint)
}

/** Most significant byte first. */
function unsigned(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

/** Nanoseconds of one stored unit of a date or timestamp; undefined for other columns. */
function unitOf(element: SchemaElement): bigint | undefined {
  if (element.converted_type === 'DATE' || element.logical_type?.type === 'DATE')
    return 86_400_000_000_000n
  const name = timestampUnit(element)
  if (name === 'MILLIS') return 1_000_000n
  if (name === 'MICROS') return 1000n
  return name === 'NANOS' ? 1n : undefined
}

function isUtc({ logical_type }: SchemaElement): boolean {
  return logical_type?.type !== 'TIMESTAMP' || logical_type.isAdjustedToUTC
}

function timeText(value: bigint, unit: bigint, utc: boolean): string {
  const nanos = value * unit
  const part = ((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n
  const text = new Date(Number((nanos - part) / 1_000_000n)).toISOString().slice(0, -1)
  const exact = part === 0n ? text : `${text}${String(part).padStart(6, '0')}`
  if (unit === 86_400_000_000_000n) return exact.slice(0, 10)
  return utc ? `${exact}Z` : exact
}

/** The shortest decimal that is this number in single precision. */
function shortestSingle(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(Number(value.toPrecision(9)))
}
