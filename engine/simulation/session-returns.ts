import { mean, sampleStandardDeviation } from 'simple-statistics'
import { type Exact, exact } from '../market/exact.js'

/** An equity curve in doubles, and as exact amounts where doubles do not decide. */
export interface Curve {
  /** Starting cash, > 0. */
  readonly start: number
  /** At the end of each session, oldest first. */
  readonly values: ArrayLike<number>
  /** The same amounts exactly, starting cash first; made only if they are needed. */
  readonly amounts: () => readonly (number | string)[]
}

/** A curve from amounts: numbers, or decimal text where a number would not be exact. */
export function curveOf(
  startingCash: number | string,
  equity: readonly (number | string)[],
): Curve {
  return {
    start: Number(startingCash),
    values: equity.map(Number),
    amounts: () => [startingCash, ...equity],
  }
}

/** Figures of the returns from session to session, less a rate. */
export interface ReturnFigures {
  /** Mean of the returns, less the rate. */
  readonly mean: number
  /** Sample standard deviation (ddof 1); 0 exactly if all returns are equal. */
  readonly deviation: number
  /** Root mean square of the returns below the rate, over all sessions; 0 if there is none. */
  readonly downside: number
}

/**
 * A spread below this part of the largest growth is computed again from the exact amounts, because
 * in doubles it is partly rounding: a return is a quotient less 1 with an error of 2^-52 of the
 * quotient, so that four equal returns of 10 % would have a deviation of 1e-16.
 */
const RELIABLE = 1e-10

/**
 * If the risk-free rate is not 0, a smaller shortfall below it does not count, because the rate is
 * a double.
 */
const SHORTFALL = 1e-12

/**
 * The figures of an equity curve's returns. Whether all returns are equal is decided on exact
 * ratios.
 *
 * @param curve  all its amounts are above 0
 * @param rate   per session, subtracted from each return
 * @returns undefined if the curve has fewer than two returns
 */
export function returnFigures(curve: Curve, rate: number): ReturnFigures | undefined {
  if (curve.values.length < 2) return undefined
  const returns = returnsOf(curve)
  const excess = rate === 0 ? returns : returns.map((value) => value - rate)
  const figures = {
    mean: mean(excess),
    deviation: sampleStandardDeviation(returns),
    downside: rootMeanSquare(excess.map((value) => (value < lowest(rate) ? value : 0))),
  }
  const largest = returns.reduce((growth, value) => Math.max(growth, value + 1), 1)
  const reliable = RELIABLE * largest
  if (figures.deviation > reliable && !(figures.downside > 0 && figures.downside < RELIABLE))
    return figures
  return exactFigures(curve.amounts().map(exact), rate)
}

function returnsOf({ start, values }: Curve): number[] {
  const returns: number[] = []
  let before = start
  for (let i = 0; i < values.length; i++) {
    returns.push(values[i]! / before - 1)
    before = values[i]!
  }
  return returns
}

/** If the rate is 0, every fall counts, because a quotient of equal amounts is exactly 1. */
function lowest(rate: number): number {
  return rate === 0 ? 0 : -SHORTFALL
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(mean(values.map((value) => value ** 2)))
}

/** Decimal places of a return as an integer. */
const PLACES = 60
const UNIT = 10n ** BigInt(PLACES)

/** The same figures with returns of 60 decimal places. */
function exactFigures(curve: readonly Exact[], rate: number): ReturnFigures {
  const places = Math.max(...curve.map((value) => value.decimalPlaces()))
  const amounts = curve.map((value) => BigInt(value.times(`1e${places}`).toFixed()))
  const returns = amounts.slice(1).map((amount, i) => ((amount - amounts[i]!) * UNIT) / amounts[i]!)
  const count = BigInt(returns.length)
  const sum = returns.reduce((total, value) => total + value, 0n)
  const perSession = BigInt(exact(rate).times(`1e${PLACES}`).toFixed(0))
  const limit = BigInt(exact(lowest(rate)).times(`1e${PLACES}`).toFixed(0))
  const short = returns.map((value) => value - perSession).filter((value) => value < limit)
  const size = Number(count)
  return {
    mean: Number(sum - count * perSession) / size / Number(UNIT),
    deviation: areEqual(amounts)
      ? 0
      : Math.sqrt(Number(squares(returns.map((value) => count * value - sum)))) /
        (size * Math.sqrt(size - 1) * Number(UNIT)),
    downside: Math.sqrt(Number(squares(short)) / size) / Number(UNIT),
  }
}

function squares(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value * value, 0n)
}

/** Whether every amount is the same multiple of the one before. */
function areEqual(amounts: readonly bigint[]): boolean {
  return amounts.every(
    (amount, i) => i < 2 || amount * amounts[i - 2]! === amounts[i - 1]! * amounts[i - 1]!,
  )
}
