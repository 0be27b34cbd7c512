import type { AssetBars } from './content.js'
import { missingSlots } from './missing-slots.js'

const DAY_MS = 86_400_000

/**
 * An asset counts as never trading in slots of one kind only if there are this many during its
 * life.
 */
const ENOUGH_SLOTS = 8

/** The bars of one asset, and the file they come from. */
export interface SourcedBars {
  readonly file: string
  readonly bars: AssetBars
}

/**
 * Marks the assets that have a calendar of their own, so that history does not count the slots in
 * which only others trade:
 *
 * - If prices come from several files, every asset with missing slots: its file holds all of its
 *   sessions, and the others' files mean nothing for it.
 * - If one file holds all assets, a missing slot is a halt, except for an asset that never
 *   trades on a day of the week, or at a time of the day, at which others trade at least 8 times
 *   during its life.
 *
 * @param times  of the slots of the common calendar, epoch milliseconds
 */
export function withOwnCalendars(
  sourced: readonly SourcedBars[],
  times: Float64Array,
): readonly AssetBars[] {
  const files = new Set(sourced.map(({ file }) => file))
  return sourced.map(({ bars }) => {
    if (missingSlots(bars.session) === undefined) return bars
    const own =
      files.size > 1 ||
      neverTradesAt(bars, times, dayOfWeek) ||
      neverTradesAt(bars, times, timeOfDay)
    return own ? { ...bars, ownCalendar: true as const } : bars
  })
}

/** Whether an asset has no bar in slots of one kind, although there are enough in its life. */
function neverTradesAt(
  { session }: AssetBars,
  times: Float64Array,
  kindOf: (time: number) => number,
): boolean {
  const traded = new Set(Array.from(session, (slot) => kindOf(times[slot]!)))
  const lacking = new Map<number, number>()
  for (let slot = session[0]!; slot <= session[session.length - 1]!; slot++) {
    const kind = kindOf(times[slot]!)
    if (!traded.has(kind)) lacking.set(kind, (lacking.get(kind) ?? 0) + 1)
  }
  return [...lacking.values()].some((slots) => slots >= ENOUGH_SLOTS)
}

function dayOfWeek(time: number): number {
  return Math.floor(time / DAY_MS) % 7
}

function timeOfDay(time: number): number {
  return time % DAY_MS
}
