import { ratePerSession } from '../simulation/metrics.js'
import type {
  BacktestResult,
  BundleIdentity,
  DecimalText,
  SessionText,
} from '../simulation/result.js'
import { figuresOfRun, type RunFigures } from '../simulation/run-figures.js'
import { type FinishedRun, outcomeOf, type RunOutcome } from '../simulation/run-result.js'
import type { TrialTask } from './grid.js'
import type { ObjectiveDefinition } from './objectives.js'
import { type ReturnBlocks, returnBlocksOf } from './overfitting/return-blocks.js'

/** The figures that a search keeps of a backtest. Plain data, for structured clones and JSON. */
export interface TrialSummary {
  readonly bundle: BundleIdentity
  /** Bars delivered to the strategy, as in the result. */
  readonly bars: number
  /** The name of the objective. */
  readonly objective: string
  /** The value of the objective; absent if it is undefined for this backtest. */
  readonly score?: number
  readonly finalEquity: DecimalText
  readonly totalReturn: number
  readonly maxDrawdown: number
  /** Number of fills. */
  readonly fills: number
  /** Number of closed trades. */
  readonly closedTrades: number
  /** As in the result: the first session that ended with an equity of zero or less. */
  readonly bankrupt?: SessionText
  /** Only if the task wants them. */
  readonly returnBlocks?: ReturnBlocks
}

/** What a task wants in its summary besides the usual figures. */
export type WantedFigures = Pick<TrialTask, 'withReturnBlocks'>

/**
 * The summary of a run.
 *
 * @param result  makes the whole result, which few objectives need
 */
export function summaryOfRun(
  run: FinishedRun,
  definition: ObjectiveDefinition,
  result: () => BacktestResult,
  { withReturnBlocks }: WantedFigures = {},
): TrialSummary {
  const summary = summaryOf(outcomeOf(run), figuresOfRun(run), definition, result)
  if (withReturnBlocks !== true) return summary
  const { annualisation, journal, startingCash } = run
  const rate = ratePerSession(annualisation)
  const blocks = returnBlocksOf(Number(startingCash), journal.equity.amounts(), rate)
  return { ...summary, returnBlocks: blocks }
}

/**
 * The summary of a backtest, from its outcome and its figures.
 *
 * @param result  makes the whole result, which few objectives need
 */
export function summaryOf(
  { bundle, bars, finalEquity, bankrupt }: RunOutcome,
  figures: RunFigures,
  definition: ObjectiveDefinition,
  result: () => BacktestResult,
): TrialSummary {
  const { totalReturn, maxDrawdown, fills, closedTrades } = figures
  const score = definition.score(figures, result)
  return {
    bundle,
    bars,
    objective: definition.name,
    ...(score !== undefined && { score }),
    finalEquity,
    totalReturn,
    maxDrawdown,
    fills,
    closedTrades,
    ...(bankrupt !== undefined && { bankrupt }),
  }
}
