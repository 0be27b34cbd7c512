import { createHash } from 'node:crypto'
import { type AssetRun, assetRuns, type BarTable } from '../bundle/bar-table.js'
import type { BundleManifest } from '../bundle/manifest.js'
import { closable } from '../bundle/plain-source.js'
import type { Adjustment } from '../market/adjustments.js'
import type { Asset } from '../market/asset.js'
import { BAR_FIELDS } from '../market/bars.js'
import { type Calendar, lowerBound } from '../market/calendar.js'
import type { OpenBundle } from '../ports.js'

/**
 * The bundle as it looked after one session: later sessions, bars, splits and dividends are gone,
 * and nothing that it returns shares memory with the original. The list of assets stays that of
 * the backtest, since it is a choice of the user: assets without a bar yet are `unlisted`.
 *
 * @param last  calendar index of the last session kept; if absent, the copy is whole
 * @param end   the backtest ends before this calendar index, so later assets are not part of it; if
 * absent, the end of the bundle
 * @throws {EngineError} errors of reading the bundle
 */
export async function bundleUntil(
  bundle: OpenBundle,
  last: number = bundle.calendar.length - 1,
  end: number = bundle.calendar.length,
): Promise<OpenBundle> {
  const { directory, manifest, version, identity } = bundle
  const slots = last + 1
  const table = await bundle.table()
  const runs = assetRuns(table)
    .map((run) => ({ ...run, last: lowerBound(table.session, slots, run.first, run.last) }))
    .filter((run) => run.last > run.first)
  const adjustments = (await bundle.adjustments()).filter(({ session }) => session <= last)
  const assets = assetsUntil(manifest.assets, runs, table, slots)
  const unlisted = assets.filter(({ firstSession }) => firstSession === slots)
  const isWhole = slots === bundle.calendar.length
  const inBacktest = new Set(
    manifest.assets.flatMap(({ id, firstSession }) => (firstSession < end ? [id] : [])),
  )
  const cut: BundleManifest = {
    ...structuredClone({ ...manifest, sessions: manifest.sessions.slice(0, slots) }),
    assets,
    rows: {
      bars: runs.reduce((rows, run) => rows + run.last - run.first, 0),
      adjustments: adjustments.length,
    },
    files: [],
    version: isWhole ? version : marked(version, last),
  }
  const opened = closable(
    {
      directory,
      manifest: cut,
      version: cut.version,
      identity: isWhole ? identity : marked(identity, last),
      calendar: calendarUntil(bundle.calendar, slots),
      isCurrent: () => bundle.isCurrent(),
    },
    async () => rowsOf(table, runs),
    async () => adjustments.map((adjustment): Adjustment => ({ ...adjustment })),
  )
  return { ...opened, unlisted: unlisted.filter(({ id }) => inBacktest.has(id)) }
}

/** Another name for other data, of the same length. */
function marked(name: string, last: number): string {
  return `sha256:${createHash('sha256').update(`${name}\n${last}`).digest('hex')}`
}

/** The assets with their last bar so far; those without a bar begin after the last slot. */
function assetsUntil(
  assets: readonly Asset[],
  runs: readonly AssetRun[],
  { session }: BarTable,
  slots: number,
): readonly Asset[] {
  const lastRow = new Map(runs.map((run) => [run.asset, run.last - 1]))
  return assets.map((asset) => {
    const row = lastRow.get(asset.id)
    return row === undefined
      ? { ...asset, firstSession: slots, lastSession: slots }
      : { ...asset, lastSession: session[row]! }
  })
}

function calendarUntil(calendar: Calendar, slots: number): Calendar {
  return {
    ...calendar,
    times: calendar.times.slice(0, slots),
    length: slots,
    dayOf: calendar.dayOf.slice(0, slots),
    days: slots === 0 ? 0 : calendar.dayOf[slots - 1]! + 1,
  }
}

/** The given rows of a table, in new columns. */
function rowsOf(table: BarTable, runs: readonly AssetRun[]): BarTable {
  const rows = runs.reduce((sum, run) => sum + run.last - run.first, 0)
  const fields = BAR_FIELDS.map((field) => [field, new Float64Array(rows)] as const)
  const session = new Int32Array(rows)
  const asset: string[] = []
  for (const { asset: id, first, last } of runs) {
    const at = asset.length
    session.set(table.session.subarray(first, last), at)
    for (const [field, column] of fields) column.set(table.ticks[field].subarray(first, last), at)
    for (let row = first; row < last; row++) asset.push(id)
  }
  return { rows, asset, session, ticks: Object.fromEntries(fields) as BarTable['ticks'] }
}
