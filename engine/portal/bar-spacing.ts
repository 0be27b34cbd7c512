import { EngineError } from '../errors.js'
import type { Bars } from '../market/bars.js'
import type { Calendar } from '../market/calendar.js'

const HOUR_MS = 3_600_000

/** Shortest time between two bars that still counts as daily, to allow for changes of clocks. */
const DAILY_MS = 20 * HOUR_MS

/** Largest probability with which bars that are missing by chance may look like a coarser asset. */
const CHANCE = 0.01

/**
 * Refuses assets whose bars last differently long, such as a daily bar beside hourly ones. A bar
 * shows its close at its start, which beside finer bars would reveal the future.
 *
 * An asset is coarser if three conditions hold. The shortest time between two of its bars is at
 * least twice that of another asset. Every time between its bars is a multiple of its shortest
 * time. It has so many bars that halted sessions cannot explain the pattern (see `enoughBars`).
 * Assets of the same spacing at different times of the day pass.
 *
 * @param bars      of one backtest, dense
 * @param calendar  of the bundle
 * @throws {EngineError} `input-invalid`: there is a coarser asset; the message names it and a
 * finer one
 */
export function checkSpacing(bars: readonly Bars[], calendar: Calendar): void {
  const shortest = shortestOf(calendar)
  if (bars.every((own) => reaches(shortest, own, calendar))) return
  const spacings = bars.map((own) => spacingOf(own, calendar))
  const finest = spacings.reduce((a, b) => (b.shortestMs < a.shortestMs ? b : a))
  const coarser = spacings.find((spacing) => isCoarser(spacing, finest.shortestMs))
  if (coarser === undefined) return
  throw new EngineError(
    'input-invalid',
    `${coarser.asset} has a bar every ${durationText(coarser.shortestMs)} and ${finest.asset} every ${durationText(finest.shortestMs)}: ` +
      `beside ${finest.asset}, a bar of ${coarser.asset} would show its close before it is known; ` +
      'resample them to one spacing, or run them apart',
    { details: { asset: coarser.asset, finer: finest.asset } },
  )
}

const shortestByCalendar = new WeakMap<Calendar, number>()

/** The shortest time between two slots of a calendar. */
function shortestOf(calendar: Calendar): number {
  let shortest = shortestByCalendar.get(calendar)
  if (shortest === undefined) {
    shortest = Number.POSITIVE_INFINITY
    for (let i = 1; i < calendar.length; i++)
      shortest = Math.min(shortest, calendar.times[i]! - calendar.times[i - 1]!)
    shortestByCalendar.set(calendar, shortest)
  }
  return shortest
}

/**
 * Whether two bars of an asset are as close as slots can be. For most assets, a few bars show
 * that.
 */
function reaches(shortest: number, { firstSession, close }: Bars, { times }: Calendar): boolean {
  for (let i = 1; i < close.length; i++) {
    const gap = times[firstSession + i]! - times[firstSession + i - 1]!
    if (gap === shortest && !Number.isNaN(close[i]) && !Number.isNaN(close[i - 1])) return true
  }
  return false
}

interface Spacing {
  readonly asset: string
  /** Shortest time between two bars, ms; infinity if there are fewer than two bars. */
  readonly shortestMs: number
  /** Number of times between two bars. */
  readonly count: number
  /** Whether all times between bars are multiples of the shortest. */
  readonly regular: boolean
}

function spacingOf({ asset, firstSession, close }: Bars, { times }: Calendar): Spacing {
  let shortestMs = Number.POSITIVE_INFINITY
  const gaps: number[] = []
  let last = -1
  for (let i = 0; i < close.length; i++) {
    if (Number.isNaN(close[i])) continue
    if (last >= 0) {
      const gap = times[firstSession + i]! - times[firstSession + last]!
      gaps.push(gap)
      if (gap < shortestMs) shortestMs = gap
    }
    last = i
  }
  return {
    asset,
    shortestMs,
    count: gaps.length,
    regular: gaps.every((gap) => isMultiple(gap, shortestMs)),
  }
}

/** Daily bars move by an hour when clocks change, and weekly bars move by the days of a holiday. */
function isMultiple(gap: number, shortestMs: number): boolean {
  if (shortestMs >= 5 * 24 * HOUR_MS) return true
  const beyond = gap % shortestMs
  const tolerated = shortestMs >= DAILY_MS ? 3 * HOUR_MS : 0
  return beyond <= tolerated || shortestMs - beyond <= tolerated
}

function isCoarser({ shortestMs, count, regular }: Spacing, finestMs: number): boolean {
  if (shortestMs === Number.POSITIVE_INFINITY) return false
  const ratio = shortestMs / finestMs
  return ratio >= 2 && regular && count >= enoughBars(shortestMs, ratio)
}

/**
 * How many times between bars prove a spacing. If bars are missing by chance, each remaining one
 * falls on a grid that is `ratio` times coarser with a probability of about 1 in `ratio`. For a
 * day beside hours or minutes, one time is enough.
 */
function enoughBars(shortestMs: number, ratio: number): number {
  if (shortestMs >= DAILY_MS && ratio >= 12) return 1
  return Math.max(3, Math.ceil(Math.log(1 / CHANCE) / Math.log(ratio)))
}

function durationText(ms: number): string {
  const [size, name] =
    ms >= DAILY_MS ? [24 * HOUR_MS, 'day'] : ms >= HOUR_MS ? [HOUR_MS, 'hour'] : [60_000, 'minute']
  const amount = Math.round(ms / size)
  return amount === 1 ? name : `${amount} ${name}s`
}
