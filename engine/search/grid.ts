import { EngineError } from '../errors.js'
import type { Executor } from '../execution/inline.js'
import type { BacktestResult } from '../simulation/result.js'
import { onOneVersion } from './one-version.js'
import {
  type ParameterSpace,
  type Parameters,
  type ParameterValue,
  valuesOf,
} from './parameter-space.js'

/** The value that a search maximises. */
export type Objective = 'total-return'

/**
 * One backtest to run: parameters, and a range from calendar session `start` (inclusive) to `end`
 * (exclusive). It is plain data.
 */
export interface TrialTask {
  readonly parameters: Parameters
  /** If absent, the executor uses its own range. */
  readonly range?: { readonly start: number; readonly end: number }
}

export interface Trial<Result extends BacktestResult = BacktestResult> {
  /** Its position in the grid, from 0. */
  readonly index: number
  readonly parameters: Parameters
  /** The value of the objective. */
  readonly score: number
  readonly result: Result
}

export interface SearchResult<Result extends BacktestResult = BacktestResult> {
  readonly objective: Objective
  /** In the order of the grid. */
  readonly trials: readonly Trial<Result>[]
  /**
   * The trial with the highest score; if several have it, the earliest. A trial that was bankrupt
   * is the best only if all were.
   */
  readonly best: Trial<Result>
}

/**
 * All points of a space in cartesian order: the dimension declared last varies fastest. Points
 * that break a constraint are left out.
 *
 * @throws {EngineError} `input-invalid`: no point satisfies the constraints
 */
export function gridPoints({ dimensions, constraints }: ParameterSpace): readonly Parameters[] {
  let points: Readonly<Record<string, ParameterValue>>[] = [{}]
  for (const [name, dimension] of Object.entries(dimensions)) {
    const values = valuesOf(dimension)
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })))
  }
  const allowed = points.filter((point) => constraints.every((holds) => holds(point)))
  if (allowed.length > 0) return allowed
  throw new EngineError(
    'input-invalid',
    `none of ${points.length} points satisfies the constraints; relax one`,
  )
}

/**
 * Tries every point of a space. The outcome does not depend on the executor.
 *
 * @throws {EngineError} `bundle-changed`: the trials ran on different versions of the bundle
 */
export async function gridSearch<Result extends BacktestResult>(
  space: ParameterSpace,
  executor: Executor<TrialTask, Result>,
): Promise<SearchResult<Result>> {
  const tasks = gridPoints(space).map((parameters) => ({ parameters }))
  const trials = await runTrials(tasks, onOneVersion(executor))
  return { objective: 'total-return', trials, best: ranked(trials)[0]! }
}

/** One trial per task, in the order of the tasks. */
export async function runTrials<Result extends BacktestResult>(
  tasks: readonly TrialTask[],
  executor: Executor<TrialTask, Result>,
): Promise<readonly Trial<Result>[]> {
  const results = await executor.map(tasks)
  return tasks.map(({ parameters }, index) => {
    const result = results[index]!
    return { index, parameters, score: result.metrics.totalReturn, result }
  })
}

/**
 * Sorts trials by score, the best first; with equal scores, the earlier trial comes first. Trials
 * that were bankrupt come last, whatever they gained afterwards: nothing grows from zero or less.
 */
export function ranked<T extends Pick<Trial, 'index' | 'score' | 'result'>>(
  trials: readonly T[],
): readonly T[] {
  return [...trials].sort(
    (a, b) =>
      Number(a.result.bankrupt !== undefined) - Number(b.result.bankrupt !== undefined) ||
      b.score - a.score ||
      a.index - b.index,
  )
}
