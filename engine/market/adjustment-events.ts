import { EngineError } from '../errors.js'
import type { Adjustment, DividendPolicy } from './adjustments.js'
import type { Bars } from './bars.js'
import type { Calendar } from './calendar.js'
import { exCloseFactor, priorCloseFactor, splitRatio } from './dividend-factor.js'
import { numberToTicks } from './money.js'
import { invert, ONE, type Rational, rational, rationalOf } from './rational.js'

/**
 * An adjustment with its factors: it changes the bars before `session`, for whoever looks from
 * `visibleAt` on.
 */
export interface AdjustmentEvent {
  readonly session: number
  /** The first calendar index whose views know the factors. */
  readonly visibleAt: number
  /**
   * True where the factors need the bar of `visibleAt` itself: a view before the open of that
   * session does not know them.
   */
  readonly needsBar: boolean
  readonly price: Rational
  readonly volume: Rational
}

/**
 * The events of one asset, in the order they become visible.
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
  if (policy === 'ex-close' && calendar.frequency !== '1d') {
    throw new EngineError(
      'input-invalid',
      `dividend policy ex-close needs daily bars, and these are ${calendar.frequency}; use prior-close`,
    )
  }
  const events: AdjustmentEvent[] = []
  const end = bars.firstSession + bars.length
  for (const { asset, session, kind, value } of adjustments) {
    if (kind === 'split') {
      const ratio = rationalOf(value)
      events.push({
        session,
        visibleAt: session,
        needsBar: false,
        price: invert(ratio),
        volume: ratio,
      })
      continue
    }
    const cash = rationalOf(value)
    if (policy === 'prior-close') {
      // The close before it is not among these bars, and no view of them comes to see it.
      if (session > end) continue
      const index = previousTraded(bars, session)
      const close = tradedTicks(bars, index, priceScale)
      if (close === undefined) continue
      const price = priorCloseFactor(close, cash, splitRatio(adjustments, index, session))
      if (price === undefined)
        throw new EngineError('input-invalid', tooLarge(asset, value.toFixed()))
      events.push({ session, visibleAt: session, needsBar: false, price, volume: ONE })
    } else {
      const index = nextTraded(bars, session)
      const close = tradedTicks(bars, index, priceScale)
      if (close === undefined) continue
      const price = exCloseFactor(close, cash, splitRatio(adjustments, session, index))
      events.push({ session, visibleAt: index, needsBar: true, price, volume: ONE })
    }
  }
  return events.sort(
    (a, b) =>
      a.visibleAt - b.visibleAt || Number(a.needsBar) - Number(b.needsBar) || a.session - b.session,
  )
}

function tooLarge(asset: string, value: string): string {
  return `dividend ${value} of ${asset} is not smaller than the close before it; correct the adjustment`
}

/** The calendar index of the last bar traded before `session`, or −1. */
function previousTraded(bars: Bars, session: number): number {
  for (let i = Math.min(session - bars.firstSession, bars.length) - 1; i >= 0; i--) {
    if (!Number.isNaN(bars.close[i])) return bars.firstSession + i
  }
  return -1
}

/** The calendar index of the first bar traded at or after `session`, or −1. */
function nextTraded(bars: Bars, session: number): number {
  for (let i = Math.max(0, session - bars.firstSession); i < bars.length; i++) {
    if (!Number.isNaN(bars.close[i])) return bars.firstSession + i
  }
  return -1
}

function tradedTicks(bars: Bars, index: number, priceScale: number): Rational | undefined {
  if (index < 0) return undefined
  const ticks = numberToTicks(bars.close[index - bars.firstSession]!, priceScale)
  return rational(BigInt(ticks), 10n ** BigInt(priceScale))
}
