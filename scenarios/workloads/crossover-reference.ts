import { openEngine, type Parameters, pureBaseline, type RangeSpec } from '../../engine/index.js'
import { crossoverDirection } from '../strategies/sma-crossover.js'

/** One backtest of a search, with its averages and its sessions. */
export interface CrossoverTask {
  readonly parameters: Parameters
  readonly range?: RangeSpec
  readonly warmUp?: number
}

/** The input of the strategy's arithmetic in one backtest. */
interface CrossoverLoop {
  readonly fast: number
  readonly slow: number
  readonly windows: PriceWindows
}

interface PriceWindows {
  /**
   * For each bar and, within it, each asset: the closes visible at that bar, filled forward, as
   * many as the longest average needs.
   */
  readonly closes: readonly ArrayLike<number>[]
  readonly ticksPerUnit: number
}

/**
 * The reference computation of a search: the arithmetic of the crossover, which sums each window
 * again, in a plain loop over arrays in memory. It uses neither portal nor orders nor ledger.
 *
 * The arrays are the windows of the portal, with adjustments as of each bar.
 *
 * @returns the computation; its result is the number of decisions to hold shares, over all
 * backtests
 */
export async function crossoverReference(
  bundle: string,
  tasks: readonly CrossoverTask[],
): Promise<() => number> {
  const longest = Math.max(...tasks.map(({ parameters }) => Number(parameters.slow)))
  const recorded = new Map<string, PriceWindows>()
  const loops: CrossoverLoop[] = []
  for (const { parameters, range, warmUp } of tasks) {
    const key = JSON.stringify([range, warmUp])
    const windows =
      recorded.get(key) ??
      (await recordWindows(bundle, longest, {
        ...(range && { range }),
        ...(warmUp !== undefined && { warmUp }),
      }))
    recorded.set(key, windows)
    loops.push({ fast: Number(parameters.fast), slow: Number(parameters.slow), windows })
  }
  return () => loops.reduce((held, loop) => held + countHeld(loop), 0)
}

function countHeld({ fast, slow, windows: { closes, ticksPerUnit } }: CrossoverLoop): number {
  let held = 0
  for (const window of closes) {
    // The strategy also skips windows with too few bars or without a price.
    if (window.length < slow || Number.isNaN(window[window.length - slow])) continue
    if (crossoverDirection(window, fast, slow, ticksPerUnit) > 0) held++
  }
  return held
}

/** Records every window that the strategy reads in one backtest. */
async function recordWindows(
  bundle: string,
  longest: number,
  where: Pick<CrossoverTask, 'range' | 'warmUp'>,
): Promise<PriceWindows> {
  const closes: ArrayLike<number>[] = []
  let ticksPerUnit = 1
  const engine = openEngine(pureBaseline())
  await engine.backtest({
    bundle,
    ...where,
    algorithm: {
      handleData(context, data) {
        ticksPerUnit = context.ticksPerUnit
        for (const asset of context.assets) {
          const bars = Math.min(longest, data.available(asset))
          if (bars > 0)
            closes.push(data.history(asset, 'price', bars, data.frequency, { returnType: 'array' }))
        }
      },
    },
  })
  engine.close()
  return { closes, ticksPerUnit }
}
