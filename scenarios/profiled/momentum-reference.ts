import { openEngine, pureBaseline, type RangeSpec } from '../../engine/index.js'
import {
  type AssetWindow,
  bestByMomentum,
  type RankedMomentum,
  rankable,
} from '../strategies/ranked-momentum.js'

/** One backtest of the ranking strategy. */
export interface MomentumTask {
  readonly parameters: Omit<RankedMomentum, 'returnType'>
  readonly range: RangeSpec
}

interface RankingLoop {
  readonly held: number
  /** The input of each ranking. */
  readonly rankings: readonly (readonly NumberedWindow[])[]
}

interface NumberedWindow extends AssetWindow {
  /** Place of the asset among all assets, from 1. */
  readonly number: number
}

/**
 * The reference computation of the ranking strategy: it makes all scores and rankings in a plain
 * loop over arrays in memory. Orders and stops count as overhead and are left out, since rankings
 * do not depend on the portfolio.
 *
 * @returns the computation; its result is the sum of the numbers of the selected assets, over all
 * rankings
 */
export async function momentumReference(
  bundle: string,
  tasks: readonly MomentumTask[],
): Promise<() => number> {
  const loops: RankingLoop[] = []
  for (const task of tasks)
    loops.push({ held: task.parameters.held, rankings: await recordRankings(bundle, task) })
  return () => loops.reduce((total, { held, rankings }) => total + sumOfPlaces(rankings, held), 0)
}

function sumOfPlaces(rankings: RankingLoop['rankings'], held: number): number {
  let places = 0
  for (const windows of rankings)
    for (const { number } of bestByMomentum(windows, held)) places += number
  return places
}

/** Records the input of every ranking of one backtest. */
async function recordRankings(
  bundle: string,
  { parameters, range }: MomentumTask,
): Promise<NumberedWindow[][]> {
  const rankings: NumberedWindow[][] = []
  let bar = 0
  const engine = openEngine(pureBaseline())
  await engine.backtest({
    bundle,
    range,
    algorithm: {
      handleData(context, data) {
        if (bar++ % parameters.every !== 0) return
        const windows = rankable(context, data, { ...parameters, returnType: 'array' })
        rankings.push(
          windows.map((window) => ({
            ...window,
            number: context.assets.indexOf(window.asset) + 1,
          })),
        )
      },
    },
  })
  engine.close()
  return rankings
}
