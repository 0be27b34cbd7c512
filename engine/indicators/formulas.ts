import { exactSum } from './exact-sums.js'
import type { IndicatorKind } from './indicator.js'

/**
 * Computes one value. There is one implementation for each kind, so a value computed afresh and one
 * that was kept are the same to the bit.
 *
 * @param windows     the last bars of each field, oldest first, in ticks
 * @param power       ticks per unit of the first field
 * @param parameters  of the indicator
 * @returns NaN if a bar of a window has no value
 */
export type Formula = (
  windows: readonly Float64Array[],
  power: number,
  parameters: readonly number[],
) => number

/** The formulas of every kind; `own` brings its function. */
export const FORMULAS: Readonly<Record<Exclude<IndicatorKind, 'own'>, Formula>> = {
  sma: ([ticks], power) => averageOfSum(exactSum(ticks!), ticks!.length, power),
  'rolling-sum': ([ticks], power) => exactSum(ticks!) / power,
  ema: ([ticks], power, [n]) => exponentialAverage(ticks!, power, 2 / (n! + 1)),
  highest: ([ticks], power) => highestOf(ticks!) / power,
  lowest: ([ticks], power) => lowestOf(ticks!) / power,
  rsi: ([ticks]) => relativeStrength(ticks!),
  atr: ([high, low, close], power) => averageRange(high!, low!, close!, power),
  stdev: ([ticks], power) => deviation(ticks!, power),
}

/** The value of a simple moving average. */
export function averageOfSum(sum: number, bars: number, power: number): number {
  return sum / bars / power
}

function exponentialAverage(ticks: Float64Array, power: number, alpha: number): number {
  let average = ticks[0]! / power
  for (let i = 1; i < ticks.length; i++) average += alpha * (ticks[i]! / power - average)
  return average
}

function highestOf(ticks: Float64Array): number {
  let high = Number.NEGATIVE_INFINITY
  for (const tick of ticks) high = Math.max(high, tick)
  return high
}

function lowestOf(ticks: Float64Array): number {
  let low = Number.POSITIVE_INFINITY
  for (const tick of ticks) low = Math.min(low, tick)
  return low
}

function relativeStrength(ticks: Float64Array): number {
  let gains = 0
  let losses = 0
  for (let i = 1; i < ticks.length; i++) {
    const change = ticks[i]! - ticks[i - 1]!
    if (change > 0) gains += change
    // Also a change that is NaN, which makes the result NaN.
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
  for (let i = 1; i < close.length; i++)
    sum += Math.max(high[i]!, close[i - 1]!) - Math.min(low[i]!, close[i - 1]!)
  return sum / (close.length - 1) / power
}

function deviation(ticks: Float64Array, power: number): number {
  const mean = averageOfSum(exactSum(ticks), ticks.length, power)
  let squares = 0
  for (const tick of ticks) squares += (tick / power - mean) ** 2
  return Math.sqrt(squares / ticks.length)
}
