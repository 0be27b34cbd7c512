import type { Field, Indicator, OwnIndicator, Portal } from '../../../engine/index.js'

/** Where and when an indicator is computed by hand. */
export interface Spot {
  readonly data: Portal
  readonly asset: string
  readonly barsAgo: number
  /** Ticks per unit of price, and of volume. */
  readonly powers: readonly [price: number, volume: number]
}

/**
 * The value of an indicator, from `history` and the definition in the documentation alone. It
 * shares no code with the engine's formulas.
 */
export function byHand(indicator: Indicator, spot: Spot): number {
  const windows = windowsOf(indicator, spot)
  if (windows === undefined) return Number.NaN
  if (indicator.kind === 'own') {
    const { compute, fields, parameters } = indicator as OwnIndicator
    const entries = fields.map((field, i) => [field, Float64Array.from(windows[i]!)] as const)
    return compute(Object.fromEntries(entries) as Record<Field, Float64Array>, parameters)
  }
  if (windows.flat().some(Number.isNaN)) return Number.NaN
  return DEFINITIONS[indicator.kind](windows, indicator.parameters, powerOf(indicator, spot))
}

/** The exact sum in ticks of the first field's window. */
export function sumByHand(indicator: Indicator, spot: Spot): number {
  const [values] = windowsOf(indicator, spot) ?? [[Number.NaN]]
  if (values!.some(Number.isNaN)) return Number.NaN
  return Number(ticksOf(values!, powerOf(indicator, spot)).reduce((sum, tick) => sum + tick, 0n))
}

function windowsOf({ bars, fields }: Indicator, { data, asset, barsAgo }: Spot) {
  if (data.available(asset) < bars + barsAgo) return undefined
  return fields.map((field) => {
    const options = { returnType: 'array' } as const
    return [...data.history(asset, field, bars + barsAgo, data.frequency, options)].slice(0, bars)
  })
}

function powerOf({ fields }: Indicator, { powers }: Spot): number {
  return powers[fields[0] === 'volume' ? 1 : 0]
}

function ticksOf(values: readonly number[], power: number): readonly bigint[] {
  return values.map((value) => BigInt(Math.round(value * power)))
}

type Definition = (
  windows: readonly (readonly number[])[],
  parameters: readonly number[],
  power: number,
) => number

const total = (ticks: readonly bigint[]) => Number(ticks.reduce((sum, tick) => sum + tick, 0n))

const mean = (values: readonly number[], power: number) =>
  total(ticksOf(values, power)) / values.length / power

const DEFINITIONS: Readonly<Record<Exclude<Indicator['kind'], 'own'>, Definition>> = {
  sma: ([values], _, power) => mean(values!, power),
  'rolling-sum': ([values], _, power) => total(ticksOf(values!, power)) / power,
  ema: ([values], [n]) =>
    values!
      .slice(1)
      .reduce((average, value) => average + (2 / (n! + 1)) * (value - average), values![0]!),
  highest: ([values]) => [...values!].sort((a, b) => b - a)[0]!,
  lowest: ([values]) => [...values!].sort((a, b) => a - b)[0]!,
  rsi([values], _, power) {
    const ticks = ticksOf(values!, power)
    const changes = ticks.slice(1).map((tick, i) => tick - ticks[i]!)
    const gains = total(changes.filter((change) => change > 0n))
    const losses = -total(changes.filter((change) => change < 0n))
    return gains + losses === 0 ? 50 : (100 * gains) / (gains + losses)
  },
  atr(windows, [n], power) {
    const [high, low, close] = windows.map((values) => ticksOf(values, power))
    const ranges = high!.slice(1).map((top, i) => {
      const last = close![i]!
      const bottom = low![i + 1]!
      return (top > last ? top : last) - (bottom < last ? bottom : last)
    })
    return total(ranges) / n! / power
  },
  stdev([values], _, power) {
    const middle = mean(values!, power)
    const squares = values!.map((value) => (value - middle) ** 2)
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / values!.length)
  },
}
