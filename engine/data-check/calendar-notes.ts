import { type MissingSlots, missingSlots } from '../bundle/missing-slots.js'
import { type Calendar, sessionText } from '../market/calendar.js'
import { coarserAssets } from '../portal/bar-spacing.js'
import type { AssetRows } from './asset-rows.js'
import type { DataNote } from './data-note.js'

/**
 * Assets whose missing sessions are not halts; bars that seem to last longer than others, or start
 * at different times of the day.
 *
 * @param own  assets with a calendar of their own
 */
export function calendarNotes(
  assets: readonly AssetRows[],
  own: ReadonlySet<string>,
  calendar: Calendar,
): DataNote[] {
  return [
    ...ownNotes(assets, own, calendar),
    ...coarserNotes(assets, calendar),
    ...stampNotes(assets, calendar),
  ]
}

function ownNotes(
  assets: readonly AssetRows[],
  own: ReadonlySet<string>,
  calendar: Calendar,
): DataNote[] {
  return assets.flatMap(({ asset, session }) => {
    const missing = own.has(asset) ? missingSlots(session) : undefined
    if (missing === undefined) return []
    const message = `${asset} has ${missingText(missing, calendar)}; other assets trade then, so its windows count only its own bars`
    return [{ code: 'own-calendar', asset, message }]
  })
}

/** Bars that seem to last longer than others; if that is certain, a backtest of both is refused. */
function coarserNotes(assets: readonly AssetRows[], { times }: Calendar): DataNote[] {
  const found = coarserAssets(
    assets.map(({ asset, session }) => ({
      asset,
      times: Float64Array.from(session, (slot) => times[slot]!),
    })),
  )
  return found.map(({ asset, finer, certain, text }) => ({
    code: 'coarser-bars',
    asset,
    message: certain
      ? `${text}: a backtest of both is refused, since beside ${finer} a bar of ${asset} would show its close before it is known; resample them to one spacing, or keep them apart`
      : `${text}, too few bars to know whether they last as long: if they do, each shows its close before it is known beside ${finer}; resample them to one spacing, or run them apart`,
  }))
}

/** `no bar in 34 of the 120 sessions of its life, first on 2024-01-06`. */
export function missingText({ count, life, first }: MissingSlots, calendar: Calendar): string {
  const when = sessionText(calendar, first)
  return `no bar in ${count} of the ${life} sessions of its life, first on ${when}`
}

/**
 * One note if assets with one or two starting times a day (two where clocks change) share none of
 * them: a daily bar that starts earlier shows a close that may be later than the other's open.
 */
function stampNotes(assets: readonly AssetRows[], { times, frequency }: Calendar): DataNote[] {
  if (frequency === '1d') return []
  const stamped = assets.flatMap(({ asset, session }) => {
    const stamps = new Set(Array.from(session, (slot) => timeText(times[slot]!)))
    return stamps.size <= 2 && session.length > 2 ? [{ asset, stamps: [...stamps].sort() }] : []
  })
  const [first] = stamped
  const other = stamped.find(({ stamps }) => !stamps.some((one) => first!.stamps.includes(one)))
  if (first === undefined || other === undefined) return []
  return [
    {
      code: 'different-stamps',
      message:
        `daily bars start at different times: ${first.asset} at ${first.stamps.join(' or ')}, ${other.asset} at ${other.stamps.join(' or ')} (UTC); ` +
        'what one shows of a day can be later than the open at which the other trades; give them the same stamps to compare them',
    },
  ]
}

function timeText(time: number): string {
  return new Date(time).toISOString().slice(11, 16)
}
