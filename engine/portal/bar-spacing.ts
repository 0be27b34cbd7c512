import { EngineError } from '../errors.js'
import type { Bars } from '../market/bars.js'
import type { Calendar } from '../market/calendar.js'
import { oncePer } from '../once-per.js'

const HOUR_MS = 3_600_000

/** Shortest time between two bars that still counts as daily, to allow for changes of clocks. */
const DAILY_MS = 20 * HOUR_MS

/** From here on, bars are weekly or longer. */
const WEEKLY_MS = 5 * 24 * HOUR_MS

/** Largest probability with which bars that are missing by chance may look like a coarser asset. */
const CHANCE = 0.01

/** The bars of one asset in time. */
export interface BarTimes {
  readonly asset: string
  /** Starts of its bars, epoch milliseconds, ascending. */
  readonly times: ArrayLike<number>
}

/** An asset whose bars seem to last longer than those of another. */
export interface CoarserAsset {
  readonly asset: string
  readonly finer: string
  /** Whether missing bars cannot explain it; otherwise it has too few bars to know. */
  readonly certain: boolean
  /** `D has a bar every day and H every hour`. */
  readonly text: string
}

/**
 * Refuses assets whose bars last differently long, such as a daily bar beside hourly ones. A bar
 * shows its close at its start, which beside finer bars would reveal the future.
 *
 * @param bars      of one backtest, dense
 * @param calendar  of the bundle
 * @throws {EngineError} `input-invalid`: an asset is certainly coarser (see `coarserAssets`); the
 * message names it and a finer one
 */
export function checkSpacing(bars: readonly Bars[], calendar: Calendar): void {
  const shortest = shortestOf(calendar)
  if (bars.every((own) => reaches(shortest, own, calendar))) return
  const coarser = coarserOf(bars.map((own) => spacingOfBars(own, calendar))).find(
    ({ certain }) => certain,
  )
  if (coarser === undefined) return
  const { asset, finer, text } = coarser
  throw new EngineError(
    'input-invalid',
    `${text}: beside ${finer}, a bar of ${asset} would show its close before it is known; ` +
      'resample them to one spacing, or run them apart',
    { details: { asset, finer } },
  )
}

/**
 * The assets that are coarser than the finest. Two conditions hold: the shortest time between two
 * bars is at least twice that of the finest asset, and every time between bars is a multiple of
 * the shortest. It is certain if there are so many bars that halted sessions cannot explain the
 * pattern (see `enoughBars` and `isEven`); otherwise two bars do not make a pattern. Assets
 * of the same spacing at different times of the day are not among them.
 */
export function coarserAssets(assets: readonly BarTimes[]): readonly CoarserAsset[] {
  return coarserOf(assets.map(spacingOf))
}

function coarserOf(spacings: readonly Spacing[]): readonly CoarserAsset[] {
  const finest = spacings.reduce((a, b) => (b.shortestMs < a.shortestMs ? b : a))
  return spacings
    .filter(
      ({ shortestMs, regular }) =>
        regular && shortestMs < Number.POSITIVE_INFINITY && shortestMs / finest.shortestMs >= 2,
    )
    .map((spacing) => ({ spacing, certain: isCertain(spacing, finest.shortestMs) }))
    .filter(({ spacing: { count }, certain }) => certain || count > 1)
    .map(({ spacing, certain }) => ({
      asset: spacing.asset,
      finer: finest.asset,
      certain,
      text: `${spacing.asset} has a bar every ${durationText(spacing.shortestMs)} and ${finest.asset} every ${durationText(finest.shortestMs)}`,
    }))
}

/** The shortest time between two slots of a calendar. */
const shortestOf = oncePer(({ times, length }: Calendar): number => {
  let shortest = Number.POSITIVE_INFINITY
  for (let i = 1; i < length; i++) shortest = Math.min(shortest, times[i]! - times[i - 1]!)
  return shortest
})

/**
 * Whether two bars of an asset are as close as slots can be. For most assets, a few bars show
 * that.
 */
function reaches(shortest: number, { firstSession, ticks }: Bars, { times }: Calendar): boolean {
  const { close } = ticks
  for (let i = 1; i < close.length; i++) {
    const gap = times[firstSession + i]! - times[firstSession + i - 1]!
    if (gap === shortest && !Number.isNaN(close[i]) && !Number.isNaN(close[i - 1])) return true
  }
  return false
}

const madeSpacings = new WeakMap<Bars, { readonly calendar: Calendar; readonly spacing: Spacing }>()

/** The spacing of an asset's bars, found once for the same bars. */
function spacingOfBars(bars: Bars, calendar: Calendar): Spacing {
  const found = madeSpacings.get(bars)
  if (found?.calendar === calendar) return found.spacing
  const spacing = spacingOf(traded(bars, calendar))
  madeSpacings.set(bars, { calendar, spacing })
  return spacing
}

function traded({ asset, firstSession, ticks }: Bars, { times }: Calendar): BarTimes {
  const { close } = ticks
  const own: number[] = []
  for (let i = 0; i < close.length; i++)
    if (!Number.isNaN(close[i])) own.push(times[firstSession + i]!)
  return { asset, times: own }
}

interface Spacing {
  readonly asset: string
  /** Shortest time between two bars, ms; infinity if there are fewer than two bars. */
  readonly shortestMs: number
  /** Number of times between two bars. */
  readonly count: number
  /** How many of them are the shortest. */
  readonly even: number
  /** Whether all times between bars are multiples of the shortest. */
  readonly regular: boolean
}

function spacingOf({ asset, times }: BarTimes): Spacing {
  const gaps = Array.from({ length: Math.max(0, times.length - 1) }, (_, i) => {
    return times[i + 1]! - times[i]!
  })
  const shortestMs = gaps.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return {
    asset,
    shortestMs,
    count: gaps.length,
    even: gaps.filter((gap) => gap - shortestMs <= toleratedMs(shortestMs)).length,
    regular: gaps.every((gap) => isMultiple(gap, shortestMs)),
  }
}

/** Daily bars move by an hour when clocks change, and weekly bars move by the days of a holiday. */
function isMultiple(gap: number, shortestMs: number): boolean {
  if (shortestMs >= WEEKLY_MS) return true
  const beyond = gap % shortestMs
  const tolerated = toleratedMs(shortestMs)
  return beyond <= tolerated || shortestMs - beyond <= tolerated
}

function toleratedMs(shortestMs: number): number {
  if (shortestMs >= WEEKLY_MS) return 3 * 24 * HOUR_MS
  return shortestMs >= DAILY_MS ? 3 * HOUR_MS : 0
}

function isCertain({ shortestMs, count, even }: Spacing, finestMs: number): boolean {
  const ratio = shortestMs / finestMs
  return count >= enoughBars(shortestMs, ratio) || isEven({ shortestMs, count, even }, ratio)
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

/**
 * Whether the times between bars are so even that a few of them prove the spacing: two of a week or
 * more, or three others. If each slot is missing with a probability p, the next bar comes after
 * exactly `ratio` slots with p^(ratio − 1) · (1 − p), which is largest for p = 1 − 1/ratio. A
 * longer multiple counts as in `enoughBars`.
 */
function isEven({ shortestMs, count, even }: Omit<Spacing, 'asset' | 'regular'>, ratio: number) {
  const likeliest = (1 - 1 / ratio) ** (ratio - 1) / ratio
  const chance = likeliest ** even * (1 / ratio) ** (count - even)
  return even >= (shortestMs >= WEEKLY_MS ? 2 : 3) && chance <= CHANCE
}

function durationText(ms: number): string {
  const [size, name] =
    ms >= DAILY_MS ? [24 * HOUR_MS, 'day'] : ms >= HOUR_MS ? [HOUR_MS, 'hour'] : [60_000, 'minute']
  const amount = Math.round(ms / size)
  return amount === 1 ? name : `${amount} ${name}s`
}
