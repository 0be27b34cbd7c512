import type { Whole } from '../market/whole.js'
import { type EquitySeries, ticksAsNumber } from './equity-series.js'
import { annualised, type CurveMetrics, curveMetrics } from './metrics.js'
import type { BacktestResult } from './result.js'
import { type BookedRun, curveOfRun } from './run-result.js'

/** The figures by which a search compares backtests; undefined where the metrics are absent. */
export interface RunFigures extends Pick<CurveMetrics, 'totalReturn' | 'maxDrawdown'> {
  readonly annualReturn: number | undefined
  readonly sharpe: number | undefined
  /** Number of fills. */
  readonly fills: number
}

/** The figures of a result, from its metrics. Fills are made when their number is read. */
export function figuresOfResult(result: BacktestResult): RunFigures {
  const { totalReturn, maxDrawdown, annualReturn, sharpe } = result.metrics
  return {
    totalReturn,
    maxDrawdown,
    annualReturn,
    sharpe,
    get fills() {
      return result.fills.length
    },
  }
}

/**
 * The figures of a run, equal to those of its result to the last bit. They come from the ticks: no
 * texts and no trades are made, and the curve is made in doubles only for the Sharpe ratio.
 */
export function figuresOfRun(run: BookedRun): RunFigures {
  const { annualisation, journal, priceScale, startingCash } = run
  const { equity } = journal
  const sessions = equity.length
  const last = sessions === 0 ? startingCash : equity.at(sessions - 1)
  const growth = ticksAsNumber(last, priceScale) / ticksAsNumber(startingCash, priceScale)
  return {
    totalReturn: growth - 1,
    maxDrawdown: deepestFall(startingCash, equity, priceScale),
    get annualReturn() {
      if (equity.firstNotAboveZero() >= 0) return undefined
      const value = annualised(growth, sessions, annualisation.periodsPerYear)
      return Number.isFinite(value) ? value : undefined
    },
    get sharpe() {
      return curveMetrics(curveOfRun(run), annualisation).sharpe
    },
    fills: journal.events.reduce((sum, { kind }) => (kind === 'fill' ? sum + 1 : sum), 0),
  }
}

/**
 * The deepest fall from a peak, as a fraction of the peak. Amounts are compared in ticks. Since
 * rounding and division keep their order, the fall from a peak is largest, also in doubles, at the
 * lowest amount after it: one quotient per peak gives the value of a quotient per session.
 */
function deepestFall(startingCash: Whole, equity: EquitySeries, priceScale: number): number {
  let deepest = 0
  let peak = startingCash
  let lowest = startingCash
  const fall = (): number =>
    Math.max(deepest, 1 - ticksAsNumber(lowest, priceScale) / ticksAsNumber(peak, priceScale))
  for (let i = 0; i < equity.length; i++) {
    const value = equity.at(i)
    if (value < lowest) lowest = value
    else if (value > peak) {
      if (lowest < peak) deepest = fall()
      peak = value
      lowest = value
    }
  }
  return fall()
}
