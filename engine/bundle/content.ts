import { EngineError } from '../errors.js'
import { type Adjustment, compareAdjustments } from '../market/adjustments.js'
import { type AssetId, compareIds } from '../market/asset.js'
import type { BarField } from '../market/bars.js'
import { type Calendar, calendarFrom, type Frequency, sessionText } from '../market/calendar.js'
import { contentProblems } from './content-problems.js'
import type { Provenance, Scales } from './manifest.js'

/**
 * The traded bars of one asset as unscaled integers: `ticks = price × 10^priceScale`, `units =
 * volume × 10^volumeScale`.
 */
export interface AssetBars extends Readonly<Record<BarField, Float64Array>> {
  readonly asset: AssetId
  /** Calendar index of each bar; slots that did not trade are simply absent. */
  readonly session: Int32Array
}

/** Everything a bundle holds, before it has a form on disk. */
export interface BundleContent {
  readonly name: string
  readonly frequency: Frequency
  readonly scales: Scales
  /** The calendar, strictly ascending; see `parseSession` for the form. */
  readonly sessions: readonly string[]
  readonly bars: readonly AssetBars[]
  readonly adjustments: readonly Adjustment[]
  readonly provenance: Provenance
}

/**
 * Content in the one order it is written and hashed in: assets by id, bars by session, adjustments
 * by session, asset, kind.
 */
export interface CanonicalContent extends BundleContent {
  readonly calendar: Calendar
}

export const DEFAULT_SCALES: Scales = { price: 6, volume: 4, adjustment: 9 }

/**
 * Brings content, given in any order, into canonical order and checks it (see `contentProblems`).
 *
 * @throws {EngineError} `input-invalid` or `precision`: the first problem found
 */
export function canonicalContent(content: BundleContent): CanonicalContent {
  const calendar = calendarFrom(content.frequency, content.sessions)
  const bars = [...content.bars].sort((a, b) => compareIds(a.asset, b.asset)).map(sortedBySession)
  const adjustments = [...content.adjustments].sort(compareAdjustments)
  const sessions = Array.from(calendar.times, (_, index) => sessionText(calendar, index))
  const canonical = { ...content, sessions, bars, adjustments, calendar }
  for (const problem of contentProblems(canonical)) {
    throw new EngineError(problem.code, `bundle ${content.name}: ${problem.message}`, {
      details: problem.details,
    })
  }
  return canonical
}

function sortedBySession(bars: AssetBars): AssetBars {
  if (bars.session.every((session, i) => i === 0 || session >= bars.session[i - 1]!)) return bars
  const order = Array.from(bars.session.keys()).sort((a, b) => bars.session[a]! - bars.session[b]!)
  const pick = (column: Float64Array) => Float64Array.from(order, (i) => column[i]!)
  return {
    asset: bars.asset,
    session: Int32Array.from(order, (i) => bars.session[i]!),
    open: pick(bars.open),
    high: pick(bars.high),
    low: pick(bars.low),
    close: pick(bars.close),
    volume: pick(bars.volume),
  }
}

/** Number of bars of all assets together. */
export function barCount(content: Pick<BundleContent, 'bars'>): number {
  return content.bars.reduce((rows, bars) => rows + bars.session.length, 0)
}
