import type { TrialTask } from '../search/grid.js'
import type { ObjectiveName } from '../search/objectives.js'
import type { TrialSummary } from '../search/trial-summary.js'
import type { BacktestResult } from '../simulation/result.js'
import type { Executor } from './inline.js'
import type { Wanted } from './worker-messages.js'

export interface PoolRunOptions {
  /** Ends the run at once with the reason of the signal. */
  readonly signal?: AbortSignal
}

export interface PoolTrialOptions extends PoolRunOptions {
  /** If absent, that of the search module. One of one's own must be in the module. */
  readonly objective?: ObjectiveName
  /**
   * Called as results come in, once for each task and in no particular order: the number of the
   * first task, and the results from there on. An error that it throws ends the run.
   */
  readonly onResults?: (first: number, results: readonly TrialSummary[]) => void
}

/** Options of a run, whatever its results are. */
export interface RunOptions extends PoolRunOptions {
  readonly onResults?: (first: number, results: readonly unknown[]) => void
}

/** What every result has. */
export type RunResult = Pick<TrialSummary, 'bundle'>

/** The executors of workers. */
export interface PoolExecutors {
  trials(options?: PoolTrialOptions): Executor<TrialTask, TrialSummary>
  backtests(options?: PoolRunOptions): Executor<TrialTask, BacktestResult>
}

/**
 * The executors of workers, wherever these are.
 *
 * @param run  runs tasks; each call of an executor is a run of its own
 */
export function poolExecutors(
  run: (
    tasks: readonly TrialTask[],
    wanted: Wanted,
    options: RunOptions,
  ) => Promise<readonly RunResult[]>,
): PoolExecutors {
  const executor = <Result extends RunResult>(
    wanted: Wanted,
    options: RunOptions,
  ): Executor<TrialTask, Result> => ({
    map: (tasks) => run(tasks, wanted, options) as Promise<readonly Result[]>,
  })
  return {
    trials: (options = {}) => {
      const { objective } = options
      const wanted = { kind: 'trials', ...(objective !== undefined && { objective }) } as const
      return executor(wanted, options as RunOptions)
    },
    backtests: ({ signal } = {}) =>
      executor({ kind: 'backtests' }, signal === undefined ? {} : { signal }),
  }
}
