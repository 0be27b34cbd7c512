import { type Shares, sharesSum } from '../market/shares.js'
import type { Whole } from '../market/whole.js'
import { type EquitySeries, ticksAsNumber } from './equity-series.js'
import { annualised, type CurveMetrics, curveMetrics } from './metrics.js'
import type { BacktestResult } from './result.js'
import { type BookedRun, curveOfRun, runOf } from './run-result.js'
import type { BookedEvent } from './session-journal.js'

/** The figures by which a search compares backtests; undefined where the metrics are absent. */
export interface RunFigures extends Pick<CurveMetrics, 'totalReturn' | 'maxDrawdown'> {
  readonly annualReturn: number | undefined
  readonly sharpe: number | undefined
  /** Number of fills. */
  readonly fills: number
  /** Number of closed trades. */
  readonly closedTrades: number
}

/** The figures of a result, from its metrics. Fills and trades are made when they are counted. */
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
    get closedTrades() {
      return result.closedTrades
    },
  }
}

/** The figures of a result; from the ticks of its run, unless it is a copy from another thread. */
export function quickFigures(result: BacktestResult): RunFigures {
  const run = runOf(result)
  return run === undefined ? figuresOfResult(result) : figuresOfRun(run)
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
    get fills() {
      return journal.events.reduce((sum, { kind }) => (kind === 'fill' ? sum + 1 : sum), 0)
    },
    get closedTrades() {
      return closedTradesOf(journal.events)
    },
  }
}

/** Counts the trades of the trade book that closed: positions that ended, or changed sides. */
function closedTradesOf(events: readonly BookedEvent[]): number {
  const held = new Map<number, Shares>()
  let closed = 0
  for (const event of events) {
    if (event.kind === 'dividend') continue
    const asset = event.kind === 'fill' ? event.order.asset : event.asset
    const before = held.get(asset) ?? 0
    const after = event.kind === 'fill' ? sharesSum(before, event.shares) : event.held
    if (sideOf(before) * sideOf(after) !== 1 && before !== 0) closed++
    held.set(asset, after)
  }
  return closed
}

/** 1 long, −1 short, 0 neither. */
function sideOf(held: Shares): number {
  return held > 0 ? 1 : held < 0 ? -1 : 0
}

/** The deepest fall from a peak, as a fraction of the peak. */
function deepestFall(startingCash: Whole, equity: EquitySeries, priceScale: number): number {
  const { doubles, length } = equity
  return doubles === undefined || typeof startingCash === 'bigint'
    ? deepestWideFall(startingCash, equity, priceScale)
    : deepestFallOf(startingCash, doubles.subarray(0, length), priceScale)
}

/**
 * The fall of every amount from the peak before it is compared by quotients of ticks, whose
 * relative error is below 2^-52: it is computed in units only where it may be the deepest. A branch
 * that is nearly never taken costs less than one per rise and fall.
 */
function deepestFallOf(startingCash: number, amounts: Float64Array, priceScale: number): number {
  let deepest = 0
  let peak = startingCash
  let bound = 1
  for (let i = 0; i < amounts.length; i++) {
    const value = amounts[i]!
    if (value > peak) peak = value
    const quotient = value / peak
    if (quotient >= bound || quotient === 1) continue
    deepest = Math.max(deepest, fallIn(value, peak, priceScale))
    bound = quotient < 0 ? quotient * (1 - MARGIN) : quotient * (1 + MARGIN)
  }
  return deepest
}

/** Far more than the error of a quotient. */
const MARGIN = 2 ** -48

function fallIn(value: Whole, peak: Whole, priceScale: number): number {
  return 1 - ticksAsNumber(value, priceScale) / ticksAsNumber(peak, priceScale)
}

function deepestWideFall(startingCash: Whole, equity: EquitySeries, priceScale: number): number {
  let deepest = 0
  let peak = startingCash
  for (let i = 0; i < equity.length; i++) {
    const value = equity.at(i)
    if (value > peak) peak = value
    else deepest = Math.max(deepest, fallIn(value, peak, priceScale))
  }
  return deepest
}
