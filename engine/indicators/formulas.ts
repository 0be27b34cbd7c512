import { ticksAt } from '../market/money.js'
import { exactSum } from './exact-sums.js'
import type { IndicatorKind } from './indicator.js'

/**
 * Computes one value. There is one implementation for each kind, so a value computed afresh and one
 * that was kept are the same to the bit.
 *
 * @param windows     the last bars of each field, oldest first
 * @param powers      ticks per unit of each field
 * @param parameters  of the indicator
 * @returns NaN if a bar of a window has no value
 */
export type Formula = (
  windows: readonly Float64Array[],
  powers: readonly number[],
  parameters: readonly number[],
) => number

/** The formulas of every kind; `own` brings its function. */
export const FORMULAS: Readonly<Record<Exclude<IndicatorKind, 'own'>, Formula>> = {
  sma: ([values], [power]) => averageOfSum(exactSum(values!, power!), values!.length, power!),
  'rolling-sum': ([values], [power]) => exactSum(values!, power!) / power!,
  ema: ([values], _, [n]) => exponentialAverage(values!, 2 / (n! + 1)),
  highest: ([values]) => values!.reduce((high, value) => Math.max(high, value)),
  lowest: ([values]) => values!.reduce((low, value) => Math.min(low, value)),
  rsi: ([values], [power]) => relativeStrength(values!, power!),
  atr: ([high, low, close], [power]) => averageRange(high!, low!, close!, power!),
  stdev: ([values], [power]) => deviation(values!, power!),
}

/** The value of a simple moving average. */
export function averageOfSum(sum: number, bars: number, power: number): number {
  return sum / bars / power
}

function exponentialAverage(values: Float64Array, alpha: number): number {
  let average = values[0]!
  for (let i = 1; i < values.length; i++) average += alpha * (values[i]! - average)
  return average
}

function relativeStrength(values: Float64Array, power: number): number {
  let gains = 0
  let losses = 0
  for (let i = 1; i < values.length; i++) {
    if (Number.isNaN(values[i - 1]) || Number.isNaN(values[i])) return Number.NaN
    const change = ticksAt(values[i]!, power) - ticksAt(values[i - 1]!, power)
    if (change > 0) gains += change
    else losses -= change
  }
  return gains + losses === 0 ? 50 : (100 * gains) / (gains + losses)
}

function averageRange(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  power: number,
): number {
  let sum = 0
  for (let i = 1; i < close.length; i++) {
    // A bar has all prices or none.
    if (Number.isNaN(close[i - 1]) || Number.isNaN(close[i])) return Number.NaN
    const last = ticksAt(close[i - 1]!, power)
    sum += Math.max(ticksAt(high[i]!, power), last) - Math.min(ticksAt(low[i]!, power), last)
  }
  return sum / (close.length - 1) / power
}

function deviation(values: Float64Array, power: number): number {
  const mean = averageOfSum(exactSum(values, power), values.length, power)
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return Math.sqrt(squares / values.length)
}
