import { EngineError } from '../errors.js'
import type { Executor } from '../execution/inline.js'
import type { BacktestResult } from '../simulation/result.js'
import { quickFigures } from '../simulation/run-figures.js'
import type { RangeSpec } from '../simulation/trading-range.js'
import { definitionOf, type Objective, type ObjectiveDefinition } from './objectives.js'
import { onOneVersion } from './one-version.js'
import {
  type ParameterSpace,
  type Parameters,
  type ParameterValue,
  valuesOf,
} from './parameter-space.js'
import { ranked } from './ranked.js'

/**
 * One backtest to run: parameters, and a range from calendar session `start` (inclusive) to `end`
 * (exclusive). It is plain data.
 */
export interface TrialTask {
  readonly parameters: Parameters
  /** If absent, the executor uses its own range. */
  readonly range?: { readonly start: number; readonly end: number }
  /**
   * In (0, 1): the share of the trading days of the range to run on, the most recent ones; if
   * absent, all of them. `rangeOf` makes one range of both.
   */
  readonly fidelity?: number
  /** Whether the figures are to hold the sums of returns that `overfittingOf` needs. */
  readonly withReturnBlocks?: true
}

/**
 * The range of a task's backtest; undefined for the whole bundle.
 *
 * @param own  the range of the executor, for tasks that have none
 */
export function rangeOf(
  { range, fidelity }: Pick<TrialTask, 'range' | 'fidelity'>,
  own?: RangeSpec,
): RangeSpec | undefined {
  const whole: RangeSpec | undefined = range ?? own
  return fidelity === undefined ? whole : { ...whole, share: fidelity * (whole?.share ?? 1) }
}

export interface Trial<Result extends BacktestResult = BacktestResult> {
  /** Its position in the grid, from 0. */
  readonly index: number
  readonly parameters: Parameters
  /** The value of the objective; absent if it is undefined for this result. */
  readonly score?: number
  readonly result: Result
}

export interface SearchResult<Result extends BacktestResult = BacktestResult> {
  /** Its name. */
  readonly objective: string
  /** In the order of the grid. */
  readonly trials: readonly Trial<Result>[]
  /**
   * The trial with the best score; if several have it, the earliest. A trial without a score is
   * the best only if no other has one, and a trial that was bankrupt only if all were.
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

export interface SearchOptions {
  /** `total-return` if absent. */
  readonly objective?: Objective
}

/**
 * Tries every point of a space and keeps every result; `search` keeps figures only. The outcome
 * does not depend on the executor.
 *
 * @throws {EngineError} `input-invalid`: see `definitionOf`
 * @throws {EngineError} `bundle-changed`: the trials ran on different versions of the bundle
 */
export async function gridSearch<Result extends BacktestResult>(
  space: ParameterSpace,
  executor: Executor<TrialTask, Result>,
  { objective = 'total-return' }: SearchOptions = {},
): Promise<SearchResult<Result>> {
  const definition = definitionOf(objective)
  const tasks = gridPoints(space).map((parameters) => ({ parameters }))
  const trials = await runTrials(tasks, onOneVersion(executor), definition)
  const [best] = ranked(trials, definition, ({ result }) => result)
  return { objective: definition.name, trials, best: best! }
}

/** One trial per task, in the order of the tasks. */
export async function runTrials<Result extends BacktestResult>(
  tasks: readonly TrialTask[],
  executor: Executor<TrialTask, Result>,
  definition: ObjectiveDefinition,
): Promise<readonly Trial<Result>[]> {
  const results = await executor.map(tasks)
  return tasks.map(({ parameters }, index) => {
    const result = results[index]!
    const score = definition.score(quickFigures(result), () => result)
    return { index, parameters, ...(score !== undefined && { score }), result }
  })
}
