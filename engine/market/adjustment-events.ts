import { EngineError } from '../errors.js'
import { type Adjustment, type DividendPolicy, ratioOf } from './adjustments.js'
import type { Bars } from './bars.js'
import type { Calendar } from './calendar.js'
import { exCloseFactor, priorCloseFactor, splitRatio } from './dividend-factor.js'
import { invert, ONE, type Rational, rational, rationalOf } from './rational.js'

/**
 * An adjustment with its factors. It changes the bars before `session`, in all views from
 * `visibleAt` on.
 */
export interface AdjustmentEvent {
  readonly session: number
  /** The calendar index of the first view to which the factors apply. */
  readonly visibleAt: number
  /**
   * True if the factors need the bar of `visibleAt` itself: they do not apply to a view before the
   * open of that session.
   */
  readonly needsBar: boolean
  readonly price: Rational
  readonly volume: Rational
}

/** The events last made of one asset's bars, and of what. They live as long as the bars. */
interface MadeEvents {
  readonly adjustments: readonly Adjustment[]
  readonly policy: DividendPolicy
  readonly priceScale: number
  readonly calendar: Calendar
  readonly events: readonly AdjustmentEvent[]
}

const madeEvents = new WeakMap<Bars, MadeEvents>()

/**
 * The events of one asset, in the order they become visible. They are made once for the same
 * arguments, so a backtest with bars from a cache does not make them again.
 *
 * @param adjustments  of this asset alone, in the order they apply
 * @param priceScale   decimal places of the bars' prices
 * @throws {EngineError} `input-invalid`: ex-close factors of intraday bars; a dividend not smaller
 * than the previous close
 */
export function adjustmentEvents(
  bars: Bars,
  adjustments: readonly Adjustment[],
  policy: DividendPolicy,
  priceScale: number,
  calendar: Calendar,
): readonly AdjustmentEvent[] {
  const made = madeEvents.get(bars)
  if (
    made?.adjustments === adjustments &&
    made.policy === policy &&
    made.priceScale === priceScale &&
    made.calendar === calendar
  )
    return made.events
  const events = makeEvents(bars, adjustments, policy, priceScale, calendar)
  madeEvents.set(bars, { adjustments, policy, priceScale, calendar, events })
  return events
}

function makeEvents(
  bars: Bars,
  adjustments: readonly Adjustment[],
  policy: DividendPolicy,
  priceScale: number,
  calendar: Calendar,
): readonly AdjustmentEvent[] {
  if (policy === 'ex-close' && calendar.frequency !== '1d') {
    throw new EngineError(
      'input-invalid',
      `dividend policy ex-close needs daily bars, and these are ${calendar.frequency}; use prior-close`,
    )
  }
  const eventOf = (adjustment: Adjustment): AdjustmentEvent | undefined => {
    if (adjustment.kind === 'split') return splitEvent(adjustment)
    return policy === 'prior-close'
      ? priorCloseEvent(adjustment, bars, adjustments, priceScale)
      : exCloseEvent(adjustment, bars, adjustments, priceScale)
  }
  return adjustments
    .map(eventOf)
    .filter((event) => event !== undefined)
    .sort(
      (a, b) =>
        a.visibleAt - b.visibleAt ||
        Number(a.needsBar) - Number(b.needsBar) ||
        a.session - b.session,
    )
}

function splitEvent(split: Adjustment): AdjustmentEvent {
  const { session } = split
  const ratio = ratioOf(split)
  return { session, visibleAt: session, needsBar: false, price: invert(ratio), volume: ratio }
}

function priorCloseEvent(
  { asset, session, value }: Adjustment,
  bars: Bars,
  adjustments: readonly Adjustment[],
  priceScale: number,
): AdjustmentEvent | undefined {
  // In this case the close before the event is not among these bars, and the event is after every
  // view of them.
  if (session > bars.firstSession + bars.length) return undefined
  const index = previousTraded(bars, session)
  const close = tradedTicks(bars, index, priceScale)
  if (close === undefined) return undefined
  const splits = splitRatio(adjustments, index, session)
  const price = priorCloseFactor(close, rationalOf(value), splits)
  if (price !== undefined)
    return { session, visibleAt: session, needsBar: false, price, volume: ONE }
  throw new EngineError(
    'input-invalid',
    `dividend ${value.toFixed()} of ${asset} is not smaller than the close before it; correct the adjustment`,
  )
}

function exCloseEvent(
  { session, value }: Adjustment,
  bars: Bars,
  adjustments: readonly Adjustment[],
  priceScale: number,
): AdjustmentEvent | undefined {
  const index = nextTraded(bars, session)
  const close = tradedTicks(bars, index, priceScale)
  if (close === undefined) return undefined
  const splits = splitRatio(adjustments, session, index)
  const price = exCloseFactor(close, rationalOf(value), splits)
  return { session, visibleAt: index, needsBar: true, price, volume: ONE }
}

/** The calendar index of the last bar traded before `session`, or −1. */
function previousTraded(bars: Bars, session: number): number {
  for (let i = Math.min(session - bars.firstSession, bars.length) - 1; i >= 0; i--) {
    if (!Number.isNaN(bars.ticks.close[i])) return bars.firstSession + i
  }
  return -1
}

/** The calendar index of the first bar traded at or after `session`, or −1. */
function nextTraded(bars: Bars, session: number): number {
  for (let i = Math.max(0, session - bars.firstSession); i < bars.length; i++) {
    if (!Number.isNaN(bars.ticks.close[i])) return bars.firstSession + i
  }
  return -1
}

function tradedTicks(bars: Bars, index: number, priceScale: number): Rational | undefined {
  if (index < 0) return undefined
  const ticks = bars.ticks.close[index - bars.firstSession]!
  return rational(BigInt(ticks), 10n ** BigInt(priceScale))
}
