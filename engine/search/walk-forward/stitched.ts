import type { Calendar } from '../../market/calendar.js'
import { exact, ratioOfDecimals, timesRatio } from '../../market/exact.js'
import { multiply, ONE } from '../../market/rational.js'
import { type CurveMetrics, curveMetrics } from '../../simulation/metrics.js'
import type {
  BacktestResult,
  DecimalText,
  EquityCurve,
  SessionText,
} from '../../simulation/result.js'
import { curveOf } from '../../simulation/session-returns.js'
import type { Segment } from './walk-forward-windows.js'

/** A window of a walk-forward test, as far as its test segment. */
export interface TestedWindow {
  readonly window: { readonly test: Segment }
  readonly test: { readonly result: BacktestResult }
}

/** Equity over the test segments of windows. */
export interface Stitched {
  readonly stitched: EquityCurve
  readonly bankrupt?: SessionText
}

/**
 * Chains returns: the equity of each segment is multiplied exactly by the growth over all segments
 * before it, and rounded to the tick. Growth from zero or less has no meaning, so the chain ends
 * when the rounded equity is not above zero.
 */
export function stitch(windows: readonly TestedWindow[]): Stitched {
  const dates: string[] = []
  const equity: DecimalText[] = []
  let factor = ONE
  for (const [w, { window, test }] of windows.entries()) {
    const { equityCurve, priceScale, startingCash } = test.result
    const next = windows[w + 1]?.window.test.start ?? window.test.end
    const kept = Math.min(equityCurve.equity.length, next - window.test.start)
    for (let i = 0; i < kept; i++) {
      const value = timesRatio(exact(equityCurve.equity[i]!), factor, priceScale)
      dates.push(equityCurve.dates[i]!)
      equity.push(value.toFixed())
      if (!value.gt(0)) return { stitched: { dates, equity }, bankrupt: equityCurve.dates[i]! }
    }
    const reached = exact(equityCurve.equity[kept - 1]!)
    factor = multiply(factor, ratioOfDecimals(reached, exact(startingCash)))
  }
  return { stitched: { dates, equity } }
}

/** Metrics of a stitched curve. @param result  of its first segment */
export function stitchedMetrics(
  { equity }: EquityCurve,
  { startingCash, periodsPerYear, riskFree }: BacktestResult,
): CurveMetrics {
  return curveMetrics(curveOf(startingCash, equity), { periodsPerYear, riskFree })
}

/** The calendar index at which each trading day starts, followed by the calendar's length. */
export function sessionStarts({ dayOf, length }: Calendar): readonly number[] {
  const starts: number[] = []
  for (let slot = 0; slot < length; slot++) if (dayOf[slot] !== dayOf[slot - 1]) starts.push(slot)
  return [...starts, length]
}
