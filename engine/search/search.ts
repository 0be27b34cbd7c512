import { EngineError } from '../errors.js'
import type { Executor } from '../execution/inline.js'
import type { BacktestResult } from '../simulation/result.js'
import { figuresOfResult } from '../simulation/run-figures.js'
import { gridPoints, type SearchOptions, type TrialTask } from './grid.js'
import { definitionOf, type Objective } from './objectives.js'
import { onOneVersion } from './one-version.js'
import { namedValues, type ParameterSpace, type Parameters } from './parameter-space.js'
import { ranked } from './ranked.js'
import { summaryOf, type TrialSummary } from './trial-summary.js'

/** Run the same backtest for the same task: once for its figures, once in full. */
export interface SearchExecutors<Result extends BacktestResult = BacktestResult> {
  /** With `engine.trial`. */
  readonly trials: Executor<TrialTask, TrialSummary>
  /** With `engine.backtest`. */
  readonly backtests: Executor<TrialTask, Result>
}

export interface TrialSearchOptions extends SearchOptions {
  /** Whether trials keep the sums of returns that `overfittingOf` needs: 32 numbers each. */
  readonly returnBlocks?: boolean
}

/** A trial of which only figures are kept. */
export interface SearchedTrial extends TrialSummary {
  /** Its position in the search, from 0. */
  readonly index: number
  readonly parameters: Parameters
  /** If absent, the range of the executor. */
  readonly range?: NonNullable<TrialTask['range']>
}

export interface SearchOutcome<Result extends BacktestResult = BacktestResult> {
  /** The name of the objective. */
  readonly objective: string
  /** In the order of the grid. */
  readonly trials: readonly SearchedTrial[]
  /**
   * The best trial as in `gridSearch`, with the result of running it again in full, which agrees
   * with the figures.
   */
  readonly best: SearchedTrial & { readonly result: Result }
}

/**
 * Tries every point of a space for its figures only, then runs the best again in full. The memory
 * it needs does not grow with the sessions of all trials, and the outcome does not depend on the
 * executors.
 *
 * @throws {EngineError} `input-invalid`: see `definitionOf`, or the executor of trials has another
 * objective; `bundle-changed`: the trials ran on different versions of the bundle;
 * `search-differs`: see `rerun`
 */
export async function search<Result extends BacktestResult>(
  space: ParameterSpace,
  executors: SearchExecutors<Result>,
  { objective = 'total-return', returnBlocks = false }: TrialSearchOptions = {},
): Promise<SearchOutcome<Result>> {
  const definition = definitionOf(objective)
  const tasks = gridPoints(space).map((parameters) => ({
    parameters,
    ...(returnBlocks && { withReturnBlocks: true as const }),
  }))
  const summaries = await onOneVersion(executors.trials).map(tasks)
  const trials = tasks.map(({ parameters }, index) => ({
    index,
    parameters,
    ...summaries[index]!,
  }))
  for (const trial of trials) checkObjective(trial, definition.name)
  const best = ranked(trials, definition, (trial) => trial)[0]!
  const result = await rerun(best, executors.backtests, objective)
  return { objective: definition.name, trials, best: { ...best, result } }
}

/**
 * Runs one trial of a search again, in full.
 *
 * @param objective  that of the search
 * @throws {EngineError} `search-differs`: the result disagrees with a figure of the search;
 * `bundle-changed`: the bundle has another version than in the search
 */
export async function rerun<Result extends BacktestResult>(
  trial: SearchedTrial,
  backtests: Executor<TrialTask, Result>,
  objective: Objective = 'total-return',
): Promise<Result> {
  const definition = definitionOf(objective)
  checkObjective(trial, definition.name)
  const { index, parameters, range, ...summary } = trial
  const task = { parameters, ...(range !== undefined && { range }) }
  const [result] = await onOneVersion(backtests, summary.bundle.version).map([task])
  const full = summaryOf(result!, figuresOfResult(result!), definition, () => result!)
  for (const figure of FIGURES) {
    if (Object.is(summary[figure], full[figure])) continue
    throw differs({ index, parameters }, figure, summary[figure], full[figure])
  }
  return result!
}

/** What must agree. */
const FIGURES = [
  'bars',
  'score',
  'finalEquity',
  'totalReturn',
  'maxDrawdown',
  'fills',
  'closedTrades',
  'bankrupt',
] as const satisfies readonly (keyof TrialSummary)[]

/**
 * Checks that a trial was scored by the objective of its search.
 *
 * @throws {EngineError} `input-invalid`
 */
export function checkObjective({ index, objective }: SearchedTrial, expected: string): void {
  if (objective === expected) return
  throw new EngineError(
    'input-invalid',
    `trial ${index} was scored by ${objective} in a search by ${expected}; pass the same objective to engine.trial and to the search`,
  )
}

type Figure = string | number | undefined

function differs(
  { index, parameters }: Pick<SearchedTrial, 'index' | 'parameters'>,
  figure: string,
  searched: Figure,
  full: Figure,
): EngineError {
  const [before, after] = [textOf(searched), textOf(full)]
  return new EngineError(
    'search-differs',
    `search ≠ backtest: trial ${index} (${namedValues(parameters).join(', ')}) has ${figure} ${before} in the search and ${after} run again; let the strategy depend only on its parameters and the data, and give both executors the same backtest`,
    { details: { trial: index, figure, searched: before, full: after } },
  )
}

function textOf(figure: Figure): string {
  return figure === undefined ? 'none' : String(figure)
}
