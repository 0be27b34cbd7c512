import type { OptimizationConfig } from '../../engine/index.js'
import type { Combination } from './combinations.js'

/** The bars of one asset. Prices are whole ticks. */
export interface SpeedBars {
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

/** What an engine opens: the same bars as columns in memory and as a bundle on disk. */
export interface SpeedData {
  /** Start of each bar, epoch milliseconds. */
  readonly times: Float64Array
  /** In the order of the bundle. */
  readonly assets: readonly SpeedBars[]
  /** Names of the assets, in the same order. */
  readonly names: readonly string[]
  /** Decimal places of a tick. */
  readonly priceScale: number
  readonly bundle: string
}

/** The result of one backtest, from the engine's own output. */
export interface SpeedResult {
  /** Four numbers per fill: asset, bar, signed shares, price in ticks; by bar, then asset. */
  readonly fills: Float64Array
  /** Cash, and shares at the last close, in ticks. */
  readonly equity: number
}

/** An engine that has its data and is ready to run. */
export interface OpenedEngine<Output = unknown> {
  /** Runs one backtest per combination: this is timed. */
  run(combinations: readonly Combination[]): Output | Promise<Output>
  /** What a run did, in the order of its combinations: this is not timed. */
  results(output: Output): readonly SpeedResult[] | Promise<readonly SpeedResult[]>
  close(): void
}

/**
 * What an engine's module exports as `openSpeedEngine`. Each engine runs in a process of its own.
 */
export type OpenSpeedEngine = (
  data: SpeedData,
  setting: EngineSetting,
) => OpenedEngine | Promise<OpenedEngine>

/** What differs between two rows of one engine. */
export interface EngineSetting {
  /** Configuration of our engine. */
  readonly config?: OptimizationConfig
  /** grademark: feeds each bar as two, so that rules see the bar of a fill. */
  readonly halves?: boolean
}

const NUMBERS = 4

/** A fill, in the words of `SpeedResult`. */
export interface SpeedFill {
  readonly asset: number
  readonly bar: number
  readonly shares: number
  readonly ticks: number
}

/** Packs fills in any order. */
export function packFills(fills: readonly SpeedFill[]): Float64Array {
  const ordered = [...fills].sort((a, b) => a.bar - b.bar || a.asset - b.asset)
  const packed = new Float64Array(ordered.length * NUMBERS)
  for (const [i, { asset, bar, shares, ticks }] of ordered.entries())
    packed.set([asset, bar, shares, ticks], i * NUMBERS)
  return packed
}

/** Fill number `index` of packed fills; undefined beyond the last. */
export function fillAt(packed: Float64Array, index: number): SpeedFill | undefined {
  const at = index * NUMBERS
  if (at >= packed.length) return undefined
  const [asset, bar, shares, ticks] = packed.subarray(at, at + NUMBERS)
  return { asset: asset!, bar: bar!, shares: shares!, ticks: ticks! }
}

/** The number of packed fills. */
export function fillCount(packed: Float64Array): number {
  return packed.length / NUMBERS
}
