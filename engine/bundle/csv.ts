import { EngineError, messageOf } from '../errors.js'
import { BAR_FIELDS, sideOf } from '../market/bars.js'
import { type Frequency, parseSession, sessionText } from '../market/calendar.js'
import { parseDecimal, ticksToText } from '../market/money.js'
import type { CanonicalContent } from './content.js'
import { corruptFile } from './corrupt-file.js'
import { type CsvRow, readCsv } from './csv-rows.js'
import type { Scales } from './manifest.js'
import type { StoredFile } from './stored-file.js'
import type { TickAdjustment, TickTable } from './tick-table.js'

const BARS_HEADER = 'asset,session,open,high,low,close,volume'
const ADJUSTMENTS_HEADER = 'asset,session,kind,value'
const RATIOS_HEADER = 'asset,session,kind,value,per'

/** The bars of canonical content in the legacy form: with decimals as exact text. */
export function barsToCsv({ bars, calendar, scales }: CanonicalContent): Uint8Array {
  const lines = [BARS_HEADER]
  for (const own of bars) {
    for (let i = 0; i < own.session.length; i++) {
      const numbers = BAR_FIELDS.map((field) => ticksToText(own[field][i]!, scales[sideOf(field)]))
      lines.push(`${own.asset},${sessionText(calendar, own.session[i]!)},${numbers.join(',')}`)
    }
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

/**
 * The adjustments of canonical content in the legacy form; with the column `per` if a split has
 * two numbers.
 */
export function adjustmentsToCsv({ adjustments, calendar }: CanonicalContent): Uint8Array {
  const withPer = adjustments.some(({ per }) => per !== undefined)
  const lines = adjustments.map(
    ({ asset, session, kind, value, per }) =>
      `${asset},${sessionText(calendar, session)},${kind},${value.toFixed()}` +
      (withPer ? `,${per?.toFixed() ?? 1}` : ''),
  )
  const header = withPer ? RATIOS_HEADER : ADJUSTMENTS_HEADER
  return new TextEncoder().encode(`${[header, ...lines].join('\n')}\n`)
}

/**
 * Decodes a bars file of the legacy form.
 *
 * @returns unscaled integers in file order, not yet checked against a manifest
 * @throws {EngineError} `bundle-corrupt`: not CSV, another header, a row with too many or too few
 * cells, values that are not exact decimals of these scales
 */
export function readBarsCsv(
  { path, bytes }: StoredFile,
  scales: Scales,
  frequency: Frequency,
): TickTable {
  const rows = readTable(path, bytes, [BARS_HEADER])
  const table = {
    rows: rows.length,
    asset: new Array<string>(rows.length),
    time: new Float64Array(rows.length),
  }
  const columns = BAR_FIELDS.map(() => new Float64Array(rows.length))
  for (const [i, row] of rows.entries()) {
    decodeRow(path, row, () => {
      table.asset[i] = row.cells[0]!
      table.time[i] = parseSession(frequency, row.cells[1]!)
      for (const [k, field] of BAR_FIELDS.entries()) {
        columns[k]![i] = parseDecimal(row.cells[2 + k]!, scales[sideOf(field)])
      }
    })
  }
  const [open, high, low, close, volume] = columns
  return { ...table, open: open!, high: high!, low: low!, close: close!, volume: volume! }
}

/** Decodes an adjustments file of the legacy form; see `readBarsCsv`. */
export function readAdjustmentsCsv(
  { path, bytes }: StoredFile,
  scales: Scales,
  frequency: Frequency,
): readonly TickAdjustment[] {
  const rows = readTable(path, bytes, [ADJUSTMENTS_HEADER, RATIOS_HEADER])
  return rows.map((row) =>
    decodeRow(path, row, () => ({
      asset: row.cells[0]!,
      time: parseSession(frequency, row.cells[1]!),
      kind: row.cells[2]!,
      value: parseDecimal(row.cells[3]!, scales.adjustment),
      per: parseDecimal(row.cells[4] ?? '1', 0),
    })),
  )
}

function readTable(path: string, bytes: Uint8Array, headers: readonly string[]): readonly CsvRow[] {
  try {
    const { header: found, rows } = readCsv(path, new TextDecoder().decode(bytes))
    if (!headers.includes(found.join(',')))
      throw corruptFile(
        path,
        `has the header ${found.join(',').slice(0, 80)} where ${headers[0]} belongs`,
      )
    return rows
  } catch (cause) {
    if (cause instanceof EngineError && cause.code === 'bundle-corrupt') throw cause
    throw corruptFile(path, `is not a readable csv file (${messageOf(cause)})`, cause)
  }
}

function decodeRow<T>(path: string, row: CsvRow, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw corruptFile(`${path}:${row.line}`, `holds a bad value (${messageOf(cause)})`, cause)
  }
}
