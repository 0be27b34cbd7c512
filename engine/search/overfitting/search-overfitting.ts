import { ratePerSession } from '../../simulation/metrics.js'
import type { BacktestResult } from '../../simulation/result.js'
import { type Parameters, pointKey } from '../parameter-space.js'
import type { TrialSummary } from '../trial-summary.js'
import { type Absent, absent } from './absent.js'
import { type BacktestOverfitting, backtestOverfitting } from './backtest-overfitting.js'
import { type DeflatedSharpe, deflatedSharpe, momentsOf } from './deflated-sharpe.js'
import { type ReturnBlocks, sharpeOfSums, totalOf } from './return-blocks.js'

/** How far the best trial of a search may owe its figures to the choice among many. */
export interface SearchOverfitting {
  readonly deflatedSharpe: DeflatedSharpe | Absent
  readonly backtestOverfitting: BacktestOverfitting | Absent
}

/** A trial of a search; one that ran on a share of the bars has a fidelity. */
export type ComparedTrial = Pick<TrialSummary, 'returnBlocks'> & {
  readonly parameters: Parameters
  readonly fidelity?: number
}

/**
 * The deflated Sharpe ratio and the probability of backtest overfitting of a search whose trials
 * have return blocks. A point that was tried several times counts once. Trials on a share of the
 * bars count as trials, and are not compared with the others.
 *
 * @param best  the best trial, with its result in full
 */
export function overfittingOf(
  trials: readonly ComparedTrial[],
  best: ComparedTrial & { readonly result: BacktestResult },
): SearchOverfitting {
  const blocks = comparedBlocks(trials, best)
  if (blocks.length === 0) {
    const none = absent(
      'the trials have no return blocks; search with returnBlocks, and give the task to engine.trial',
    )
    return { deflatedSharpe: none, backtestOverfitting: none }
  }
  const { startingCash, equityCurve, ...annualisation } = best.result
  const curve = [startingCash, ...equityCurve.equity].map(Number)
  const sharpes = blocks.map((one) => {
    const { count, sum, squares } = totalOf(one)
    return sharpeOfSums(count, sum, squares)
  })
  const points = new Set(trials.map(({ parameters }) => pointKey(parameters))).size
  return {
    deflatedSharpe: deflatedSharpe(
      momentsOf(curve, ratePerSession(annualisation)),
      sharpes,
      points,
    ),
    backtestOverfitting: backtestOverfitting(blocks),
  }
}

/** The blocks of each point over the sessions of the best trial, which comes first. */
function comparedBlocks(
  trials: readonly ComparedTrial[],
  best: ComparedTrial & { readonly result: BacktestResult },
): readonly ReturnBlocks[] {
  const byPoint = new Map<string, ReturnBlocks>()
  for (const { parameters, fidelity, returnBlocks } of [best, ...trials]) {
    if (fidelity !== undefined || returnBlocks?.sessions !== best.result.sessions) continue
    const key = pointKey(parameters)
    if (!byPoint.has(key)) byPoint.set(key, returnBlocks)
  }
  return [...byPoint.values()]
}
