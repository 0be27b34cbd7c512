import { seededRandom } from '../../harness/statistics/random.js'
import type { SessionShape, Sp500 } from './sp500.js'

/**
 * The size of a market: `assets` series over `sessions` trading days. Each day is one bar unless
 * `frequency` is given.
 */
export interface MarketSize {
  readonly assets: number
  readonly sessions: number
  readonly frequency?: '1h' | '1m'
}

/**
 * One resampled asset. Prices are whole cents, and volumes are whole shares. `session` ascends and
 * omits halted sessions.
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

/**
 * Number of consecutive real sessions that are copied together, so that volatility clusters are
 * kept.
 */
const BLOCK_SESSIONS = 20
/** Sessions between two dividends: a quarter. */
const DIVIDEND_INTERVAL = 63
/** One in this many sessions is halted and has no bar. */
const HALT_ODDS = 400
/** A share above this price, in cents, is split at the next block. */
const SPLIT_ABOVE = 15_000
const SPLIT_RATIOS = [2, 3, 7] as const
/** Below this price, in cents, a share is reverse-split at the next block. */
const REVERSE_BELOW = 1_000
const REVERSE_RATIO = 0.2
/** The volume of the index divided by the volume of an asset. */
const VOLUME_DIVISOR = 500

/**
 * Resamples real S&P 500 sessions into a market. Each asset is a block bootstrap of real session
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

/** The real session dates, followed by weekdays after the last of them. */
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
  const rows: Row[] = []
  const events: ResampledEvent[] = []
  const dividendPhase = draw(DIVIDEND_INTERVAL)
  let close = 2_000 + draw(12_000)
  let position = 0
  for (let session = 0; session < sessions; session++) {
    let reference = close
    if (session % BLOCK_SESSIONS === 0) {
      position = draw(shapes.length - BLOCK_SESSIONS + 1)
      reference = splitAt(session, reference, draw, events)
    }
    if (session > 0 && session % DIVIDEND_INTERVAL === dividendPhase) {
      const cents = Math.max(1, Math.round(reference * (0.002 + 0.004 * random())))
      events.push({ session, kind: 'dividend', cents })
      reference -= cents
    }
    const row = rowOf(session, reference, shapes[position++]!)
    const halted = session > 0 && draw(HALT_ODDS) === 0
    if (!halted) rows.push(row)
    close = halted ? reference : row.close
  }
  return { id, ...columnsOf(rows), events }
}

/** Adds the split that is due, if any. @returns the price after it, cents */
function splitAt(
  session: number,
  cents: number,
  draw: (bound: number) => number,
  events: ResampledEvent[],
): number {
  const ratio = splitRatio(cents, draw)
  if (ratio === 1 || session === 0) return cents
  events.push({ session, kind: 'split', ratio })
  return Math.max(1, Math.round(cents / ratio))
}

interface Row {
  readonly session: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** The session that follows a close of `reference` cents. */
function rowOf(session: number, reference: number, shape: SessionShape): Row {
  const open = Math.max(100, Math.round(reference * shape.gap))
  const close = Math.max(100, Math.round(open * shape.close))
  return {
    session,
    open,
    high: Math.max(open, close, Math.round(open * shape.high)),
    low: Math.min(open, close, Math.max(100, Math.round(open * shape.low))),
    close,
    volume: Math.max(1, Math.round(shape.volume / VOLUME_DIVISOR)),
  }
}

function columnsOf(rows: readonly Row[]) {
  const column = (pick: (row: Row) => number) => Float64Array.from(rows, pick)
  return {
    session: Int32Array.from(rows, (row) => row.session),
    open: column((row) => row.open),
    high: column((row) => row.high),
    low: column((row) => row.low),
    close: column((row) => row.close),
    volume: column((row) => row.volume),
  }
}

/**
 * The split due at this price, as new shares per old share; 1 for no split. One block in thirty
 * has a split whatever the price is, so that small markets have splits, too.
 */
function splitRatio(cents: number, draw: (bound: number) => number): number {
  if (cents < REVERSE_BELOW) return REVERSE_RATIO
  if (cents > SPLIT_ABOVE || draw(30) === 0) return SPLIT_RATIOS[draw(SPLIT_RATIOS.length)]!
  return 1
}
