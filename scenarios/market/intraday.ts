import type { Frequency } from '../../engine/index.js'
import { seededRandom } from '../../harness/statistics/random.js'
import type { ResampledAsset, ResampledMarket } from './resample.js'

/** A regular session of New York in winter, UTC: 14:30 to 21:00. */
const OPENING_MINUTE = 14 * 60 + 30
/**
 * Bars of a session and minutes of a bar. The last hourly bar of a session is only half an hour
 * long.
 */
const GRIDS: Readonly<
  Record<Exclude<Frequency, '1d'>, { readonly bars: number; readonly minutes: number }>
> = {
  '1h': { bars: 7, minutes: 60 },
  '1m': { bars: 390, minutes: 1 },
}
/**
 * Largest deviation of a close from the line between two corners of the path, as a fraction of the
 * range.
 */
const STRAY = 0.1

/**
 * Splits every session of a daily market into bars along a seeded path. The path goes from the
 * session's open through its high and its low, in either order, to its close. All bars together
 * have the session's open, high, low, close and volume; everything in between is invented.
 *
 * @param seed any non-negative integer
 * @returns the same market on a finer calendar; splits and dividends take effect with the first bar
 * of their session
 */
export function intradayMarket(
  daily: ResampledMarket,
  frequency: Exclude<Frequency, '1d'>,
  seed: number,
): ResampledMarket {
  const { bars, minutes } = GRIDS[frequency]
  const times = Array.from({ length: bars }, (_, bar) => timeText(OPENING_MINUTE + bar * minutes))
  return {
    dates: daily.dates.flatMap((date) => times.map((time) => `${date}T${time}`)),
    assets: daily.assets.map((asset, i) =>
      splitAsset(asset, bars, seededRandom(seed * 2_003 + i * 104_729 + bars)),
    ),
  }
}

function timeText(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}:00`
}

function splitAsset(asset: ResampledAsset, bars: number, random: () => number): ResampledAsset {
  const length = asset.session.length * bars
  const column = () => new Float64Array(length)
  const out = {
    session: new Int32Array(length),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  }
  for (let row = 0; row < asset.session.length; row++) {
    const shape = {
      open: asset.open[row]!,
      high: asset.high[row]!,
      low: asset.low[row]!,
      close: asset.close[row]!,
    }
    const path = bridge(shape, bars, random)
    const each = Math.floor(asset.volume[row]! / bars)
    for (let bar = 0; bar < bars; bar++) {
      const at = row * bars + bar
      const { open, high, low, close } = path[bar]!
      out.session[at] = asset.session[row]! * bars + bar
      out.open[at] = open
      out.high[at] = high
      out.low[at] = low
      out.close[at] = close
      out.volume[at] = bar < bars - 1 ? each : asset.volume[row]! - each * (bars - 1)
    }
  }
  return {
    id: asset.id,
    ...out,
    events: asset.events.map((event) => ({ ...event, session: event.session * bars })),
  }
}

interface Shape {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** Bars of one session. Each bar opens at the close of the bar before. */
function bridge(session: Shape, bars: number, random: () => number): Shape[] {
  const corners = [...cornersOf(session, bars, random)].sort((a, b) => a.bar - b.bar)
  const range = session.high - session.low
  const path: Shape[] = []
  let open = session.open
  for (let bar = 0; bar < bars; bar++) {
    const close =
      bar === bars - 1 ? session.close : stray(lineAt(corners, bar + 1), range, session, random)
    const touched = corners.filter((corner) => corner.bar === bar + 0.5).map(({ price }) => price)
    path.push({
      open,
      high: Math.max(open, close, ...touched),
      low: Math.min(open, close, ...touched),
      close,
    })
    open = close
  }
  return path
}

/**
 * The corners of the path: open and close are its ends, and high and low each fall within a bar.
 */
function cornersOf({ open, high, low, close }: Shape, bars: number, random: () => number) {
  const within = () => Math.floor(random() * bars) + 0.5
  return [
    { bar: 0, price: open },
    { bar: within(), price: high },
    { bar: within(), price: low },
    { bar: bars, price: close },
  ]
}

function lineAt(
  corners: readonly { readonly bar: number; readonly price: number }[],
  at: number,
): number {
  const next = corners.findIndex(({ bar }) => bar >= at)
  const [from, to] = [corners[next - 1]!, corners[next]!]
  return from.price + ((to.price - from.price) * (at - from.bar)) / (to.bar - from.bar)
}

function stray(price: number, range: number, { high, low }: Shape, random: () => number): number {
  return Math.min(high, Math.max(low, Math.round(price + (random() - 0.5) * 2 * STRAY * range)))
}
