import { EngineError } from '../errors.js'
import type { IndicatorHandle } from '../indicators/handle.js'
import type { Indicator } from '../indicators/indicator.js'
import type { AssetId } from '../market/asset.js'
import type { Parameters } from '../search/parameter-space.js'
import type { TradingAlgorithm } from '../simulation/algorithm.js'

/** What a signal reads of an indicator at each bar. */
export interface SignalInput {
  readonly indicator: Indicator
  /** `sum` is the exact sum in ticks, of `sma` and `rollingSum`. */
  readonly figure: 'value' | 'sum'
  /** Bars before the current one; 0 for sums. */
  readonly barsAgo: number
}

/**
 * A strategy whose target in each asset is a pure function of indicators at the current bar. A
 * sweep runs it for many parameters without a session loop for each.
 */
export interface Signal {
  /** The inputs for these parameters, at least one; the same for every asset. */
  inputs(parameters: Parameters): readonly SignalInput[]
  /**
   * The function that decides at each bar, with one number per input: returns the shares to hold,
   * negative for a short position, or NaN to leave the target as it is. An input is NaN while its
   * indicator has no value. It may use nothing but its inputs and the parameters.
   */
  decide(parameters: Parameters): (...inputs: number[]) => number
}

/**
 * The value of an indicator, `barsAgo` bars before the current one.
 *
 * @param barsAgo  whole number ≥ 0
 */
export function indicatorValue(indicator: Indicator, barsAgo = 0): SignalInput {
  return { indicator, figure: 'value', barsAgo }
}

/** The exact sum of an `sma` or a `rollingSum` at the current bar, in ticks. */
export function indicatorSum(indicator: Indicator): SignalInput {
  return { indicator, figure: 'sum', barsAgo: 0 }
}

/**
 * The strategy of a signal, to be run event by event: at each bar, for each asset in the order of
 * `context.assets`, it orders the target.
 */
export function signalStrategy(signal: Signal, parameters: Parameters): TradingAlgorithm {
  const inputs = checkedInputs(signal, parameters)
  const decide = signal.decide(parameters)
  let assets: { readonly id: AssetId; readonly handles: readonly IndicatorHandle[] }[] = []
  return {
    initialize(context) {
      assets = context.assets.map((id) => ({
        id,
        handles: inputs.map(({ indicator }) => context.indicator(id, indicator)),
      }))
    },
    handleData(context) {
      for (const { id, handles } of assets) {
        const values = inputs.map((input, i) => readInput(handles[i]!, input))
        const target = checkedTarget(decide(...values))
        if (!Number.isNaN(target)) context.orderTarget(id, target)
      }
    },
  }
}

/** Reads an input at the current bar. */
export function readInput(handle: IndicatorHandle, { figure, barsAgo }: SignalInput): number {
  if (figure === 'sum') return handle.sum
  return barsAgo === 0 ? handle.value : handle.previous(barsAgo)
}

/**
 * The inputs of a signal.
 *
 * @throws {EngineError} `strategy-misuse`: there are none
 */
export function checkedInputs(signal: Signal, parameters: Parameters): readonly SignalInput[] {
  const inputs = signal.inputs(parameters)
  if (Array.isArray(inputs) && inputs.length > 0) return inputs
  throw new EngineError(
    'strategy-misuse',
    'a signal without inputs; return at least one of indicatorValue and indicatorSum from inputs',
  )
}

/**
 * A target as a signal decided it.
 *
 * @throws {EngineError} `strategy-misuse`: not a number
 */
export function checkedTarget(target: unknown): number {
  if (typeof target === 'number') return target
  throw new EngineError(
    'strategy-misuse',
    `a signal decided ${target instanceof Promise ? 'a promise' : String(target)}; return a number of shares, or NaN to leave the target as it is`,
  )
}
