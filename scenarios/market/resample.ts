import { seededRandom } from '../../harness/statistics/random.js'
import type { SessionShape, Sp500 } from './sp500.js'

/**
 * How large a market is: `assets` series over `sessions` trading days, each of one bar unless a
 * finer frequency is asked for.
 */
export interface MarketSize {
  readonly assets: number
  readonly sessions: number
  readonly frequency?: '1h' | '1m'
}

/**
 * One resampled asset. Prices are whole cents, volumes whole shares; `session` ascends and omits
 * halted sessions.
 */
export interface ResampledAsset {
  readonly id: string
  readonly session: Int32Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
  readonly events: readonly ResampledEvent[]
}

/**
 * A split (new shares per old share) or a dividend (cents per share), effective at the start of
 * `session`.
 */
type ResampledEvent =
  | { readonly session: number; readonly kind: 'split'; readonly ratio: number }
  | { readonly session: number; readonly kind: 'dividend'; readonly cents: number }

export interface ResampledMarket {
  readonly dates: readonly string[]
  readonly assets: readonly ResampledAsset[]
}

/** Consecutive real sessions copied together, so that volatility clusters survive. */
const BLOCK_SESSIONS = 20
/** Sessions between two dividends: a quarter. */
const DIVIDEND_INTERVAL = 63
/** One session in so many is halted: no bar at all. */
const HALT_ODDS = 400
/** A share above this price, in cents, is split at the next block. */
const SPLIT_ABOVE = 15_000
const SPLIT_RATIOS = [2, 3, 7] as const
/** Below this price, in cents, a share is reverse-split at the next block. */
const REVERSE_BELOW = 1_000
const REVERSE_RATIO = 0.2
/** Index volume to the volume of one share of it. */
const VOLUME_DIVISOR = 500

/**
 * Resamples real S&P 500 sessions into a market: each asset is a block bootstrap of real session
 * shapes from a seeded start price, with seeded splits, quarterly dividends and rare halts. The
 * same size and seed give the same market on every machine.
 *
 * @param size  number of assets and sessions, both ≥ 1
 * @param seed  any non-negative integer
 * @source Politis & Romano 1994 for the block bootstrap of dependent series
 */
export function resampleMarket(series: Sp500, size: MarketSize, seed: number): ResampledMarket {
  const width = String(size.assets - 1).length < 2 ? 2 : String(size.assets - 1).length
  const assets = Array.from({ length: size.assets }, (_, i) =>
    resampleAsset(
      `A${String(i).padStart(width, '0')}`,
      series.shapes,
      size.sessions,
      seededRandom(seed * 1_009 + i * 7_919 + 1),
    ),
  )
  return { dates: sessionDates(series.dates, size.sessions), assets }
}

/** The real session dates; past the last of them, weekdays. */
function sessionDates(real: readonly string[], sessions: number): string[] {
  const dates = real.slice(0, sessions)
  const day = new Date(`${real.at(-1)}T00:00:00Z`)
  while (dates.length < sessions) {
    do day.setUTCDate(day.getUTCDate() + 1)
    while (day.getUTCDay() === 0 || day.getUTCDay() === 6)
    dates.push(day.toISOString().slice(0, 10))
  }
  return dates
}

function resampleAsset(
  id: string,
  shapes: readonly SessionShape[],
  sessions: number,
  random: () => number,
): ResampledAsset {
  const draw = (bound: number) => Math.floor(random() * bound)
  const rows: {
    session: number
    open: number
    high: number
    low: number
    close: number
    volume: number
  }[] = []
  const events: ResampledEvent[] = []
  const dividendPhase = draw(DIVIDEND_INTERVAL)
  let close = 2_000 + draw(12_000)
  let position = 0
  for (let session = 0; session < sessions; session++) {
    let reference = close
    if (session % BLOCK_SESSIONS === 0) {
      position = draw(shapes.length - BLOCK_SESSIONS + 1)
      const ratio = splitRatio(reference, draw)
      if (ratio !== 1 && session > 0) {
        events.push({ session, kind: 'split', ratio })
        reference = Math.max(1, Math.round(reference / ratio))
      }
    }
    if (session > 0 && session % DIVIDEND_INTERVAL === dividendPhase) {
      const cents = Math.max(1, Math.round(reference * (0.002 + 0.004 * random())))
      events.push({ session, kind: 'dividend', cents })
      reference -= cents
    }
    const shape = shapes[position++]!
    const halted = session > 0 && draw(HALT_ODDS) === 0
    const open = Math.max(100, Math.round(reference * shape.gap))
    const settled = Math.max(100, Math.round(open * shape.close))
    if (!halted) {
      rows.push({
        session,
        open,
        high: Math.max(open, settled, Math.round(open * shape.high)),
        low: Math.min(open, settled, Math.max(100, Math.round(open * shape.low))),
        close: settled,
        volume: Math.max(1, Math.round(shape.volume / VOLUME_DIVISOR)),
      })
      close = settled
    } else {
      close = reference
    }
  }
  const column = (pick: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, pick)
  return {
    id,
    session: Int32Array.from(rows, (row) => row.session),
    open: column((row) => row.open),
    high: column((row) => row.high),
    low: column((row) => row.low),
    close: column((row) => row.close),
    volume: column((row) => row.volume),
    events,
  }
}

/**
 * New shares per old share due at this price, 1 for none. Also one quiet block in thirty splits, so
 * that small markets see one.
 */
function splitRatio(cents: number, draw: (bound: number) => number): number {
  if (cents < REVERSE_BELOW) return REVERSE_RATIO
  if (cents > SPLIT_ABOVE || draw(30) === 0) return SPLIT_RATIOS[draw(SPLIT_RATIOS.length)]!
  return 1
}
