import type { FileMetaData, SchemaElement } from 'hyparquet'
import type { EngineError } from '../errors.js'
import { corruptFile } from './corrupt-file.js'
import type { Scales } from './manifest.js'

/** The type of a column in a Parquet file of a bundle. */
export type ColumnKind =
  | { readonly kind: 'text' }
  | { readonly kind: 'time' }
  | { readonly kind: 'decimal'; readonly scale: number }

export type ColumnLayout = readonly { readonly name: string; readonly column: ColumnKind }[]

/** Columns of `bars.parquet`, in order. */
export function barsLayout(scales: Scales): ColumnLayout {
  const price = { kind: 'decimal', scale: scales.price } as const
  return [
    { name: 'asset', column: { kind: 'text' } },
    { name: 'session', column: { kind: 'time' } },
    { name: 'open', column: price },
    { name: 'high', column: price },
    { name: 'low', column: price },
    { name: 'close', column: price },
    { name: 'volume', column: { kind: 'decimal', scale: scales.volume } },
  ]
}

/**
 * Columns of `adjustments.parquet`, in order.
 *
 * @param withPer  with the column `per`, which only files with a split of two numbers have
 */
export function adjustmentsLayout(scales: Scales, withPer: boolean): ColumnLayout {
  return [
    { name: 'asset', column: { kind: 'text' } },
    { name: 'session', column: { kind: 'time' } },
    { name: 'kind', column: { kind: 'text' } },
    { name: 'value', column: { kind: 'decimal', scale: scales.adjustment } },
    ...(withPer ? [{ name: PER, column: { kind: 'decimal', scale: 0 } } as const] : []),
  ]
}

const PER = 'per'

/** Whether a file of adjustments has the column `per`. */
export function hasPer({ schema }: FileMetaData): boolean {
  return schema.some(({ name }) => name === PER)
}

/** The largest number of decimal digits that always fits an INT64. */
const PRECISION = 18

/** The schema we write: required columns, decimals on INT64, UTC milliseconds. */
export function schemaElements(layout: ColumnLayout): SchemaElement[] {
  return [
    { name: 'root', num_children: layout.length },
    ...layout.map(({ name, column }) => schemaElement(name, column)),
  ]
}

function schemaElement(name: string, column: ColumnKind): SchemaElement {
  const base = { name, repetition_type: 'REQUIRED' } as const
  if (column.kind === 'text')
    return { ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }
  if (column.kind === 'time') {
    const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } as const
    return { ...base, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', logical_type }
  }
  const { scale } = column
  const logical_type = { type: 'DECIMAL', precision: PRECISION, scale } as const
  return {
    ...base,
    type: 'INT64',
    converted_type: 'DECIMAL',
    scale,
    precision: PRECISION,
    logical_type,
  }
}

/**
 * Checks that a file has the columns of a layout. Files of other writers pass too: columns are
 * flat, in any order, required or optional; timestamps in milliseconds or microseconds; decimals on
 * INT64 with the layout's scale.
 *
 * @returns by column name, the value of one stored unit: 1 for decimals, milliseconds per unit for
 * timestamps
 * @throws {EngineError} `bundle-corrupt`: missing, additional or differently typed columns
 */
export function checkSchema(
  path: string,
  metadata: FileMetaData,
  layout: ColumnLayout,
): ReadonlyMap<string, number> {
  const [root, ...columns] = metadata.schema
  const names = layout.map(({ name }) => name)
  if (
    root?.num_children !== columns.length ||
    columns.length !== names.length ||
    columns.some(({ name }) => !names.includes(name))
  ) {
    const found = columns.map(({ name }) => name).join(', ')
    throw foreign(path, `has the columns ${found.slice(0, 120)} where ${names.join(', ')} belong`)
  }
  const units = new Map<string, number>()
  for (const { name, column } of layout) {
    const element = columns.find((candidate) => candidate.name === name)
    const unit =
      element === undefined || element.repetition_type === 'REPEATED'
        ? undefined
        : unitOf(element, column)
    if (unit === undefined)
      throw foreign(path, `has a column ${name} that is not ${wanted(column)}`)
    units.set(name, unit)
  }
  return units
}

/** The value of one stored unit; undefined if the column is not of this kind. */
function unitOf(element: SchemaElement, column: ColumnKind): number | undefined {
  if (column.kind === 'text') return isText(element) ? 1 : undefined
  if (element.type !== 'INT64') return undefined
  if (column.kind === 'time') return millisecondsPerUnit(element)
  return scaleOf(element) === column.scale ? 1 : undefined
}

function isText({ type, converted_type, logical_type }: SchemaElement): boolean {
  return type === 'BYTE_ARRAY' && (converted_type === 'UTF8' || logical_type?.type === 'STRING')
}

function millisecondsPerUnit(element: SchemaElement): number | undefined {
  const unit = timestampUnit(element)
  return unit === 'MILLIS' ? 1 : unit === 'MICROS' ? 1 / 1000 : undefined
}

/** `MILLIS`, `MICROS` or `NANOS`; undefined if the column holds no timestamps. */
export function timestampUnit({ converted_type, logical_type }: SchemaElement): string | undefined {
  if (logical_type?.type === 'TIMESTAMP') return logical_type.unit
  return converted_type?.startsWith('TIMESTAMP_') ? converted_type.slice(10) : undefined
}

function scaleOf({ converted_type, logical_type, scale }: SchemaElement): number | undefined {
  if (converted_type === 'DECIMAL') return scale ?? 0
  return logical_type?.type === 'DECIMAL' ? logical_type.scale : undefined
}

function wanted(column: ColumnKind): string {
  if (column.kind === 'text') return 'a string'
  return column.kind === 'time'
    ? 'a timestamp in milliseconds or microseconds'
    : `DECIMAL(18,${column.scale}) on INT64`
}

function foreign(path: string, fault: string): EngineError {
  return corruptFile(path, `${fault}, so it does not belong to a bundle`)
}

/**
 * A copy of the metadata in which some columns have their physical type alone. Otherwise the
 * decoder would convert decimals to `unscaled × 10^-scale`, which is not always the nearest double,
 * and timestamps to Dates. Column statistics are dropped, because they were decoded as decimals and
 * dates.
 */
export function withRawValues(
  metadata: FileMetaData,
  isRaw: (element: SchemaElement) => boolean,
): FileMetaData {
  return {
    ...metadata,
    schema: metadata.schema.map((element) => (isRaw(element) ? physical(element) : element)),
    row_groups: metadata.row_groups.map((group) => ({
      ...group,
      columns: group.columns.map((chunk) => {
        if (chunk.meta_data === undefined) return chunk
        const { statistics: _, ...meta_data } = chunk.meta_data
        return { ...chunk, meta_data }
      }),
    })),
  }
}

function physical({ name, type, type_length, repetition_type }: SchemaElement): SchemaElement {
  return {
    name,
    ...(type !== undefined && { type }),
    ...(type_length !== undefined && { type_length }),
    ...(repetition_type !== undefined && { repetition_type }),
  }
}
