import { EngineError } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import type { BarField, TickColumns } from '../market/bars.js'
import { type Calendar, formatSession, indexOfSession } from '../market/calendar.js'
import { Money, ticksToText } from '../market/money.js'
import { assetRuns, type BarTable } from './bar-table.js'
import type { AssetBars } from './content.js'
import { barFault } from './content-problems.js'
import { corruptFile } from './corrupt-file.js'
import type { BundleManifest, Scales } from './manifest.js'

/**
 * The long table of bars as decoded from a file: unscaled integers, epoch milliseconds, in file
 * order, not checked yet.
 */
export interface TickTable extends TickColumns {
  readonly rows: number
  readonly asset: readonly string[]
  readonly time: Float64Array
}

/** A row of adjustments as decoded from a file: value unscaled, `per` whole, not checked yet. */
export interface TickAdjustment {
  readonly asset: string
  readonly time: number
  readonly kind: string
  readonly value: number
  readonly per: number
}

/**
 * Checks a decoded table against the manifest and turns it into bars with calendar indices. The
 * columns of ticks stay the same arrays; from here on, none of their values is beyond 2^51.
 *
 * @param path  the file, named in errors
 * @throws {EngineError} `bundle-corrupt`: rows that are out of order, repeated, off the calendar or
 * of unlisted assets, impossible bars, values beyond 2^51 ticks, or other counts than listed
 */
export function toBarTable(
  path: string,
  table: TickTable,
  manifest: BundleManifest,
  calendar: Calendar,
): BarTable {
  const session = checkedSessions(path, table, manifest, calendar)
  const { rows, asset, open, high, low, close, volume } = table
  return { rows, asset, session, ticks: { open, high, low, close, volume } }
}

/** The bars of each asset, as views of a decoded table; checked like `toBarTable`. */
export function toAssetBars(
  path: string,
  table: TickTable,
  manifest: BundleManifest,
  calendar: Calendar,
): readonly AssetBars[] {
  const session = checkedSessions(path, table, manifest, calendar)
  return assetRuns(table).map(({ asset, first, last }) => ({
    asset,
    session: session.subarray(first, last),
    open: table.open.subarray(first, last),
    high: table.high.subarray(first, last),
    low: table.low.subarray(first, last),
    close: table.close.subarray(first, last),
    volume: table.volume.subarray(first, last),
  }))
}

/** The long table of checked content, equal to what `toBarTable` makes of its file. */
export function tableOf(bars: readonly AssetBars[]): BarTable {
  const rows = bars.reduce((sum, own) => sum + own.session.length, 0)
  const session = new Int32Array(rows)
  const asset: string[] = []
  const joined = (field: BarField): Float64Array => {
    const out = new Float64Array(rows)
    let at = 0
    for (const own of bars) {
      out.set(own[field], at)
      at += own[field].length
    }
    return out
  }
  for (const own of bars) {
    session.set(own.session, asset.length)
    for (let i = 0; i < own.session.length; i++) asset.push(own.asset)
  }
  return {
    rows,
    asset,
    session,
    ticks: {
      open: joined('open'),
      high: joined('high'),
      low: joined('low'),
      close: joined('close'),
      volume: joined('volume'),
    },
  }
}

/**
 * Checks decoded adjustments against the manifest.
 *
 * @throws {EngineError} `bundle-corrupt`: another number of rows than listed, or a row of another
 * asset, session, kind or sign
 */
export function toAdjustments(
  path: string,
  rows: readonly TickAdjustment[],
  manifest: BundleManifest,
  calendar: Calendar,
): readonly Adjustment[] {
  if (rows.length !== manifest.rows.adjustments)
    throw disagrees(path, `${rows.length} adjustments`, `${manifest.rows.adjustments}`)
  const assets = new Set(manifest.assets.map(({ id }) => id))
  return rows.map(({ asset, time, kind, value, per }, row) => {
    const session = indexOfSession(calendar, time)
    if (
      !assets.has(asset) ||
      session < 0 ||
      (kind !== 'split' && kind !== 'dividend') ||
      !(value > 0) ||
      !(per > 0) ||
      (kind === 'dividend' && per !== 1)
    ) {
      throw corruptRow(path, row, 'is not an adjustment of a listed asset and session')
    }
    return {
      asset,
      session,
      kind,
      value: new Money(ticksToText(value, manifest.scales.adjustment)),
      ...(per !== 1 && { per: new Money(per) }),
    }
  })
}

function checkedSessions(
  path: string,
  table: TickTable,
  manifest: BundleManifest,
  calendar: Calendar,
): Int32Array {
  if (table.rows !== manifest.rows.bars)
    throw disagrees(path, `${table.rows} bars`, `${manifest.rows.bars}`)
  const session = new Int32Array(table.rows)
  let row = 0
  for (const { id, firstSession, lastSession } of manifest.assets) {
    const first = row
    while (row < table.rows && table.asset[row] === id) row++
    fillSessions(path, table, first, row, session, firstSession, manifest.scales, calendar)
    if (row === first || session[row - 1] !== lastSession)
      throw disagrees(path, `other bars of ${id}`, `${firstSession} … ${lastSession}`)
  }
  if (row < table.rows) throw misplaced(path, table, row, calendar)
  return session
}

/** Checks the bars of one asset, rows `first` up to `end`, and sets their calendar indices. */
function fillSessions(
  path: string,
  table: TickTable,
  first: number,
  end: number,
  session: Int32Array,
  firstSession: number,
  scales: Scales,
  calendar: Calendar,
): void {
  let previous = firstSession - 1
  for (let row = first; row < end; row++) {
    const index = nextIndex(calendar, previous, table.time[row]!)
    if (index <= previous || (row === first && index !== firstSession))
      throw misplaced(path, table, row, calendar)
    const fault = barFault(table, row, scales)
    if (fault !== undefined)
      throw corruptRow(path, row, `has a bad bar (${fault.replace(/; .*/, '')})`)
    session[row] = previous = index
  }
}

/** Most bars are in the slot after the previous bar, so the search is rarely needed. */
function nextIndex(calendar: Calendar, previous: number, time: number): number {
  return calendar.times[previous + 1] === time ? previous + 1 : indexOfSession(calendar, time)
}

function misplaced(path: string, table: TickTable, row: number, calendar: Calendar): EngineError {
  const time = table.time[row]!
  const when = Number.isFinite(new Date(time).getTime())
    ? formatSession(calendar.frequency, time)
    : `${time} ms`
  return corruptRow(
    path,
    row,
    `(${table.asset[row]?.slice(0, 70)}, ${when}) is out of order, repeated, or not of a listed asset and session`,
  )
}

function corruptRow(path: string, row: number, fault: string): EngineError {
  return new EngineError(
    'bundle-corrupt',
    `${path} row ${row + 1} ${fault}; ingest the bundle again`,
    { details: { file: path, row: row + 1 } },
  )
}

function disagrees(path: string, found: string, listed: string): EngineError {
  return corruptFile(path, `holds ${found} where the manifest lists ${listed}`)
}
