import { EngineError } from '../errors.js'
import type { OpenBundle } from '../ports.js'
import type { TradingAlgorithm } from '../simulation/algorithm.js'
import { bundleUntil } from './bundle-until.js'

/**
 * Makes a strategy from the data of one run. All that the strategy computes beforehand, it must
 * compute from these data, which are a copy of its own.
 */
export type StrategyMaker = (data: OpenBundle) => TradingAlgorithm | Promise<TradingAlgorithm>

/**
 * The strategy of one run over a whole bundle, made from a copy of its data.
 *
 * @throws {EngineError} `strategy-misuse`: the maker returned no strategy; errors of the maker and
 * of reading the bundle
 */
export async function makeStrategy(
  make: StrategyMaker,
  bundle: OpenBundle,
): Promise<TradingAlgorithm> {
  return checkStrategy(await make(await bundleUntil(bundle)))
}

/**
 * What a maker returned.
 *
 * @throws {EngineError} `strategy-misuse`: it cannot be run
 */
export function checkStrategy(made: TradingAlgorithm): TradingAlgorithm {
  if (typeof (made as Partial<TradingAlgorithm> | undefined)?.handleData === 'function') return made
  throw new EngineError(
    'strategy-misuse',
    'the maker of the strategy returned no strategy; return an object with handleData(context, data)',
  )
}
