import { missingSlots } from '../bundle/missing-slots.js'
import { type Calendar, lowerBound } from '../market/calendar.js'
import type { TradingRange } from '../simulation/trading-range.js'
import type { AssetRows } from './asset-rows.js'
import { missingText } from './calendar-notes.js'
import type { DataNote } from './data-note.js'

/**
 * Why nothing can happen: assets without any volume never fill, and a strategy with a window of
 * `longest` bars needs one bar more than that, since an order fills after the bar of its signal.
 *
 * @param range    the sessions that are readable, and from which on orders fill
 * @param longest  bars; undefined: no window is checked
 * @param own      assets with a calendar of their own
 */
export function tradingNotes(
  assets: readonly AssetRows[],
  range: TradingRange,
  longest: number | undefined,
  own: ReadonlySet<string>,
): DataNote[] {
  const within = assets.map((rows) => ({ rows, ...rowsIn(rows, range, own.has(rows.asset)) }))
  const silent = within.filter(({ fillable, traded }) => fillable > 0 && traded === 0)
  const short = within.filter(({ bars }) => longest !== undefined && bars > 0 && bars <= longest)
  return [
    ...volumeNotes(silent, within.filter(({ fillable }) => fillable > 0).length, range.start > 0),
    ...short.map(({ rows: { asset }, bars }) => ({
      code: 'too-few-bars' as const,
      asset,
      message: `no trade in ${asset}, because it has ${barsText(bars)} and the longest window needs ${longest}, and one more to fill; give it more data or a shorter window`,
    })),
  ]
}

/** Sessions in which an asset cannot trade, though it can in others. */
export function haltNotes(
  assets: readonly AssetRows[],
  own: ReadonlySet<string>,
  calendar: Calendar,
): DataNote[] {
  return assets.flatMap(({ asset, session, volume }) => {
    const notes: DataNote[] = []
    const missing = own.has(asset) ? undefined : missingSlots(session)
    if (missing !== undefined)
      notes.push({
        code: 'halts',
        asset,
        message: `${asset} has ${missingText(missing, calendar)}; they count as halts, and its windows hold untraded bars`,
      })
    const still = volume.reduce((count, one) => count + (one === 0 ? 1 : 0), 0)
    if (still > 0 && still < volume.length)
      notes.push({
        code: 'some-without-volume',
        asset,
        message: `${asset} has no volume in ${still} of ${barsText(volume.length)}; orders wait in them`,
      })
    return notes
  })
}

interface Within {
  readonly rows: AssetRows
  /** Bars from the start of the run on. */
  readonly fillable: number
}

function volumeNotes(silent: readonly Within[], assets: number, part: boolean): DataNote[] {
  const within = part ? ' in the range' : ''
  const remedy = 'give the traded volumes, or any positive number, to let orders fill'
  if (silent.length > 0 && silent.length === assets)
    return [
      {
        code: 'no-volume',
        message: `no bar${within} has any volume, so no order can ever fill; ${remedy}`,
      },
    ]
  return silent.map(({ rows: { asset }, fillable }) => ({
    code: 'no-volume' as const,
    asset,
    message: `${asset} never fills, because none of its ${barsText(fillable)}${within} has any volume; ${remedy}`,
  }))
}

/**
 * Bars that are readable, untraded ones between the first and the last included; and of the bars
 * from the start of the run on, how many there are, and how many were traded.
 */
function rowsIn({ session, volume }: AssetRows, { from, start, end }: TradingRange, own: boolean) {
  const first = lowerBound(session, from)
  const fill = lowerBound(session, start)
  const last = lowerBound(session, end)
  const traded = volume.subarray(fill, last).reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0)
  const fillable = last - fill
  if (last === first) return { bars: 0, fillable, traded }
  const bars = own ? last - first : session[last - 1]! - session[first]! + 1
  return { bars, fillable, traded }
}

function barsText(bars: number): string {
  return bars === 1 ? '1 bar' : `${bars} bars`
}
