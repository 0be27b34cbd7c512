import {
  discrete,
  type OptimizationConfig,
  type Parameters,
  parameterSpace,
  returnTypeOf,
  type TradingAlgorithm,
} from '../../engine/index.js'
import { smaCrossover } from '../strategies/sma-crossover.js'

/** The values of one window length: `from`, `from + step`, … up to `to`. */
export interface Steps {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** Shares the strategy holds: ENGINE's SMA crossover trades ten. */
const SHARES = 10

/** Every fast window below every slow one. */
export function crossoverSpace(fast: Steps, slow: Steps) {
  return parameterSpace(
    {
      fast: discrete(fast.from, fast.to, fast.step),
      slow: discrete(slow.from, slow.to, slow.step),
    },
    (point) => Number(point.fast) < Number(point.slow),
  )
}

/** The strategy of one point; in which form it asks for history is a flag of the configuration. */
export function crossoverOf(parameters: Parameters, config: OptimizationConfig): TradingAlgorithm {
  const { fast, slow } = parameters
  return smaCrossover({
    fast: Number(fast),
    slow: Number(slow),
    shares: SHARES,
    returnType: returnTypeOf(config),
  })
}
