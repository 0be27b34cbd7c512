import { assetRuns } from '../bundle/bar-table.js'
import type { BundleManifest } from '../bundle/manifest.js'
import { closable } from '../bundle/plain-source.js'
import { tableOf } from '../bundle/tick-table.js'
import { provideFloats } from '../market/adjustment-timeline.js'
import type { Adjustment } from '../market/adjustments.js'
import type { Asset, AssetId } from '../market/asset.js'
import { BAR_FIELDS, type Bars, type SessionRange, sideOf } from '../market/bars.js'
import { type Calendar, sessionText } from '../market/calendar.js'
import { Money, powerOfTen } from '../market/money.js'
import { denseBars } from '../portal/dense-bars.js'
import { lifeOf } from '../portal/long-table.js'
import type { AssetDirectory, BarSource, OpenBundle } from '../ports.js'

/**
 * A bundle as a message to threads: columns in shared memory, the rest plain data. Whatever number
 * of threads gets it, the bars exist once.
 *
 * Each asset has `length` slots from its first session to the end of the calendar, at `offset` in
 * every column. A slot without a bar holds NaN, and volume 0. Floats are written by the first
 * thread that needs them; `made` has an element for each asset and field, 1 once its floats are
 * there. Two threads that write them at the same time write the same bits.
 */
export interface SharedBundleData {
  readonly directory: string
  /** Without its sessions, which follow from the calendar. */
  readonly manifest: Omit<BundleManifest, 'sessions'>
  readonly version: string
  readonly identity: string
  readonly calendar: Calendar
  readonly adjustments: readonly AdjustmentText[]
  readonly assets: readonly SharedAsset[]
  readonly ticks: Readonly<Record<keyof Bars['ticks'], Float64Array>>
  readonly floats: Readonly<Record<keyof Bars['ticks'], Float64Array>>
  readonly made: Int32Array
}

interface SharedAsset {
  readonly id: AssetId
  readonly offset: number
  readonly length: number
}

type AdjustmentText = Omit<Adjustment, 'value' | 'per'> & {
  readonly value: string
  readonly per?: string
}

/**
 * Layer 7: decodes a bundle into shared memory.
 *
 * @param bundle  open; it can be closed afterwards
 * @throws {EngineError} errors of reading the bundle
 */
export async function shareBundle(bundle: OpenBundle): Promise<SharedBundleData> {
  const { directory, version, identity, calendar } = bundle
  const table = await bundle.table()
  const adjustments = await bundle.adjustments()
  const assets: SharedAsset[] = []
  let slots = 0
  for (const { id, firstSession } of bundle.manifest.assets) {
    const length = calendar.length - firstSession
    assets.push({ id, offset: slots, length })
    slots += length
  }
  const ticks = sharedColumns(slots)
  const offsets = new Map(assets.map(({ id, offset }) => [id, offset]))
  for (const { asset, first, last } of assetRuns(table)) {
    const life = lifeOf(bundle, asset)
    const range = { from: life.firstSession, to: calendar.length }
    const dense = denseBars(life, table, range, first, last)
    for (const field of BAR_FIELDS) ticks[field].set(dense.ticks[field], offsets.get(asset)!)
  }
  const { sessions: _, ...manifest } = bundle.manifest
  return {
    directory,
    manifest,
    version,
    identity,
    calendar: { ...calendar, times: shared(calendar.times), dayOf: sharedWhole(calendar.dayOf) },
    adjustments: adjustments.map(({ value, per, ...rest }) => ({
      ...rest,
      value: value.toFixed(),
      ...(per !== undefined && { per: per.toFixed() }),
    })),
    assets,
    ticks,
    floats: sharedColumns(slots),
    made: new Int32Array(new SharedArrayBuffer(4 * assets.length * BAR_FIELDS.length)),
  }
}

/**
 * The bundle of a message, open in this thread. Its bars are views of the shared columns; a
 * strategy gets copies only. It stays as it was when the message was made, whatever becomes of the
 * directory.
 */
export function openShared(data: SharedBundleData): OpenBundle {
  const { directory, version, identity, calendar } = data
  let sessions: readonly string[] | undefined
  const manifest: BundleManifest = {
    ...data.manifest,
    get sessions() {
      sessions ??= Array.from({ length: calendar.length }, (_, i) => sessionText(calendar, i))
      return sessions
    },
  }
  const numbers = new Map(data.assets.map(({ id }, number) => [id, number]))
  const opened = closable(
    { directory, manifest, version, identity, calendar, isCurrent: async () => true },
    async () => longTable(data),
    async () =>
      data.adjustments.map(({ value, per, ...rest }) => ({
        ...rest,
        value: new Money(value),
        ...(per !== undefined && { per: new Money(per) }),
      })),
  )
  const views = (asset: AssetId, range: SessionRange): Bars =>
    viewsOf(data, lifeOf(opened, asset), numbers.get(asset)!, range)
  return { ...opened, views }
}

/** A directory that takes the assets of a shared bundle from its list, and others from `plain`. */
export function sharedAssets(plain: AssetDirectory): AssetDirectory {
  return {
    assets: async (bundle) =>
      bundle.views === undefined
        ? plain.assets(bundle)
        : bundle.manifest.assets.map(({ id, firstSession, lastSession }) => ({
            id,
            firstSession,
            lastSession,
          })),
  }
}

/** A source of bars that gives views of a shared bundle, and takes other bars from `plain`. */
export function sharedBars(plain: BarSource): BarSource {
  return {
    bars: async (bundle, asset, range) =>
      bundle.views === undefined ? plain.bars(bundle, asset, range) : bundle.views(asset, range),
  }
}

function viewsOf(
  data: SharedBundleData,
  { id, firstSession, lastSession }: Asset,
  number: number,
  range: SessionRange,
): Bars {
  const firstSlot = Math.max(range.from, firstSession)
  const length = lastSession < range.from ? 0 : Math.max(0, range.to - firstSlot)
  const from = data.assets[number]!.offset + firstSlot - firstSession
  const view = (column: Float64Array) => column.subarray(from, from + length)
  const ticks = {
    open: view(data.ticks.open),
    high: view(data.ticks.high),
    low: view(data.ticks.low),
    close: view(data.ticks.close),
    volume: view(data.ticks.volume),
  }
  for (const [f, field] of BAR_FIELDS.entries())
    provideFloats(ticks[field], () => {
      makeFloats(data, number, f)
      return view(data.floats[field])
    })
  const hasGaps = ticks.close.some(Number.isNaN)
  return { asset: id, firstSession: firstSlot, length, ticks, hasGaps }
}

/** Writes the floats of one column of an asset, unless a thread has done so. */
function makeFloats(
  { manifest, assets, ticks, floats, made }: SharedBundleData,
  number: number,
  f: number,
): void {
  const flag = number * BAR_FIELDS.length + f
  if (Atomics.load(made, flag) === 1) return
  const { offset, length } = assets[number]!
  const field = BAR_FIELDS[f]!
  const power = powerOfTen(manifest.scales[sideOf(field)])
  const [from, to] = [ticks[field], floats[field]]
  for (let i = offset; i < offset + length; i++) to[i] = from[i]! / power
  Atomics.store(made, flag, 1)
}

/** The long table, in memory of this thread: only what does not read `views` needs it. */
function longTable({ manifest, assets, ticks }: SharedBundleData) {
  return tableOf(
    manifest.assets.map(({ id, firstSession }, number) => {
      const { offset, length } = assets[number]!
      const slots = Array.from({ length }, (_, i) => i).filter(
        (slot) => !Number.isNaN(ticks.close[offset + slot]),
      )
      const rows = (column: Float64Array) =>
        Float64Array.from(slots, (slot) => column[offset + slot]!)
      return {
        asset: id,
        session: Int32Array.from(slots, (slot) => firstSession + slot),
        open: rows(ticks.open),
        high: rows(ticks.high),
        low: rows(ticks.low),
        close: rows(ticks.close),
        volume: rows(ticks.volume),
      }
    }),
  )
}

function sharedColumns(slots: number): SharedBundleData['ticks'] {
  const column = () => new Float64Array(new SharedArrayBuffer(8 * slots))
  return { open: column(), high: column(), low: column(), close: column(), volume: column() }
}

function shared(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}

function sharedWhole(values: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}
