import {
  type BacktestResult,
  canonical,
  type OptimizationConfig,
  openEngine,
  pureBaseline,
} from '../../engine/index.js'
import type { Layer, RunLength, Suite, Workload } from '../../harness/contract.js'
import { CACHE_VARIABLE } from '../../harness/system/cache-root.js'
import { layers } from '../layers/index.js'
import { marketDirectory, prepareMarket } from '../market/market-cache.js'
import { firstDivergence, numbered } from '../workloads/backtest-divergence.js'
import { crossoverOf } from '../workloads/search-space.js'
import { type PointSize, sizeId } from './scale-point.js'
import { QUICK_SIZES, SCALE_SIZES, type ScaleSizes, scaleTasks } from './scale-sizes.js'

const QUICK_LENGTH: RunLength = { warmup: 1, iterations: 2 }
/**
 * Bars of the warm-up and of the timed passes. Small searches make as many as large ones, so that
 * their code is compiled as well, and a difference of sizes is not one of compilation.
 */
const WARM_UP_BARS = 40_000
const TIMED_BARS = 15_000

/**
 * Searches of many sizes, to measure from which size on a layer pays.
 *
 * Measured processes import this module, so it must not import the command line.
 */
export const suite: Suite<OptimizationConfig> = {
  name: 'assay scale',
  module: import.meta.url,
  baseline: pureBaseline,
  layers: layers.map(onAllSizes),
  workloads: [
    ...sizesOf(SCALE_SIZES).map((size) => searchOf(size, lengthOf(size))),
    ...sizesOf(QUICK_SIZES).map((size) => searchOf(size, QUICK_LENGTH)),
  ],
  passEnvironment: [CACHE_VARIABLE],
}

/** Every size once: a size may be a point of two axes. */
function sizesOf(sizes: ScaleSizes): PointSize[] {
  return [...new Map(scaleTasks(sizes).map((size) => [sizeId(size), size])).values()]
}

/** The same change of the configuration, on the searches of this suite. */
function onAllSizes(layer: Layer<OptimizationConfig>): Layer<OptimizationConfig> {
  return { ...layer, workloads: sizesOf(SCALE_SIZES).map(sizeId), guards: [] }
}

const FASTS = 20
/** Has no common divisor with the 400 combinations, so that each is visited once. */
const STRIDE = 171
const MOST = 400

/** The averages of a backtest by its number: all different up to 400 backtests. */
export function averagesOf(number: number): { readonly fast: number; readonly slow: number } {
  const at = (number * STRIDE) % MOST
  return { fast: 2 + (at % FASTS), slow: 30 + 2 * Math.floor(at / FASTS) }
}

function lengthOf({ backtests, bars, assets }: PointSize): RunLength {
  const each = backtests * bars * assets
  return { warmup: Math.ceil(WARM_UP_BARS / each), iterations: Math.ceil(TIMED_BARS / each) }
}

function searchOf(
  size: PointSize,
  length: RunLength,
): Workload<OptimizationConfig, PointSize, BacktestResult[]> {
  const { backtests, bars, assets } = size
  const market = { assets, sessions: bars }
  return {
    id: sizeId(size),
    title: `${backtests} backtests of ${assets} assets × ${bars} bars`,
    scales: { smoke: size, standard: size, production: size },
    passes: { smoke: length, standard: length, production: length },
    describe: () => `${backtests} backtests × ${assets} assets × ${bars} bars`,
    prepare: (_scale, seed, warn) => prepareMarket(market, seed, warn),
    async run(config, _scale, seed) {
      const bundle = marketDirectory(market, seed)
      const engine = openEngine(config)
      const output: BacktestResult[] = []
      for (let number = 0; number < backtests; number++)
        output.push(
          await engine.backtest({
            bundle,
            algorithm: crossoverOf({ ...averagesOf(number) }, config),
          }),
        )
      const counters = engine.counters()
      engine.close()
      return { output, counters, work: { unit: 'bars', amount: counters['engine.bars'] ?? 0 } }
    },
    canonical: (results) => results.map(canonical).join('\n'),
    diverge: (baseline, candidate) => firstDivergence(numbered(baseline), numbered(candidate)),
  }
}
