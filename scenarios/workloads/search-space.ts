import {
  discrete,
  type OptimizationConfig,
  type Parameters,
  parameterSpace,
  returnTypeOf,
  type TradingAlgorithm,
} from '../../engine/index.js'
import type { RunLength, ScaleName } from '../../harness/contract.js'
import { declaredCrossover } from '../strategies/declared-crossover.js'
import { smaCrossover } from '../strategies/sma-crossover.js'

/** The values of one window length: `from`, `from + step`, … up to `to`. */
export interface Steps {
  readonly from: number
  readonly to: number
  readonly step: number
}

/**
 * The length of a run of a search. A pass at standard scale is a whole search of about 50
 * backtests: 0.1 to 3 s. Its first pass, in which most code is compiled, does not count.
 */
export const SEARCH_PASSES: Readonly<Record<ScaleName, RunLength>> = {
  smoke: { warmup: 1, iterations: 2 },
  standard: { warmup: 1, iterations: 2 },
  production: { warmup: 1, iterations: 1 },
}

/** Shares that the strategy holds. */
export const SHARES = 10

/** All pairs of a fast and a longer slow window. */
export function crossoverSpace(fast: Steps, slow: Steps) {
  return parameterSpace(
    {
      fast: discrete(fast.from, fast.to, fast.step),
      slow: discrete(slow.from, slow.to, slow.step),
    },
    (point) => Number(point.fast) < Number(point.slow),
  )
}

/**
 * The strategy of one point. The configuration decides whether it declares its averages, and
 * otherwise the form in which it reads history.
 */
export function crossoverOf(parameters: Parameters, config: OptimizationConfig): TradingAlgorithm {
  const lengths = { fast: Number(parameters.fast), slow: Number(parameters.slow) }
  return config.sharedIndicators
    ? declaredCrossover({ ...lengths, shares: SHARES })
    : smaCrossover({ ...lengths, shares: SHARES, returnType: returnTypeOf(config) })
}
