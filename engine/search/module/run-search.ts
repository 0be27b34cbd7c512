import type { Calendar } from '../../market/calendar.js'
import type { TradingRange } from '../../simulation/trading-range.js'
import { gridPoints } from '../grid.js'
import type { Objective } from '../objectives.js'
import { onOneVersion } from '../one-version.js'
import {
  checkOptions,
  type OptimizeOptions,
  type OptimizeOutcome,
  type OptimizeProgress,
  optimize,
} from '../optimize/optimize.js'
import type { ResolvedPlan } from '../optimize/search-plan.js'
import type { OptimizedTrial, TrialJournal } from '../optimize/trial-runner.js'
import type { ParameterSpace } from '../parameter-space.js'
import type { SearchExecutors } from '../search.js'
import {
  daysOf,
  trainTestWindows,
  type WalkForwardSearch,
  walkForwardSearch,
} from '../walk-forward/walk-forward-search.js'

/** A search and its data. */
export interface SearchSetting {
  readonly space: ParameterSpace
  readonly objective: Objective
  readonly plan: ResolvedPlan
  readonly calendar: Calendar
  /** Version of the bundle on which every backtest must run. */
  readonly version: string
  /** The sessions that are traded. */
  readonly range: TradingRange
}

export interface SearchRunOptions {
  /** Called after each batch. */
  readonly onProgress?: (progress: SearchProgress) => void
  /**
   * Stops the search: without workers after the trial that runs, with workers at once. The batch
   * that runs is lost; what is done is the outcome.
   */
  readonly signal?: AbortSignal
  /** Keeps trials, so that an interrupted search can go on. */
  readonly journal?: SearchJournal
}

/** Trials of an interrupted search, by the part of the search. */
export interface SearchJournal {
  /** @param part  0: the search on all sessions; 1, 2 …: those of the windows */
  partOf(part: number): TrialJournal
}

/** How far a search is, all of its windows included. */
export interface SearchProgress {
  /** 0: the search on all sessions; 1, 2 …: the window that is searched. */
  readonly part: number
  /** Number of windows. */
  readonly windows: number
  /** Trials done in this part. */
  readonly trials: number
  /** Backtests spent in all parts, those of a journal included. */
  readonly spent: number
  /** Backtests to spend in all parts. */
  readonly budget: number
  /** The best trial so far in this part. */
  readonly best: OptimizedTrial
}

/** What a search found; its trials on all sessions have the return blocks of `overfittingOf`. */
export interface SearchFindings {
  readonly outcome: OptimizeOutcome
  /** If the plan has windows and the search was not stopped before the first was done. */
  readonly walkForward?: WalkForwardSearch
  /** Whether a signal ended it before all was done. */
  readonly stopped: boolean
}

/**
 * Checks a search without running any of it.
 *
 * @throws {EngineError} `input-invalid`: an option out of range, or no window fits
 */
export function checkSetting({ space, objective, plan, calendar, range }: SearchSetting): void {
  checkOptions(space, { ...plan, objective })
  if (plan.windows !== undefined) trainTestWindows(daysOf(calendar, range), plan.windows)
}

/**
 * Searches on all sessions, and then in each window. The findings do not depend on the executors.
 *
 * @throws {EngineError} as `optimize`
 * @throws the reason of the signal, if it was given before the first batch was done
 */
export async function runSearch(
  setting: SearchSetting,
  executors: SearchExecutors,
  run: SearchRunOptions = {},
): Promise<SearchFindings> {
  const { space, plan, version } = setting
  const onOne: SearchExecutors = {
    trials: onOneVersion(executors.trials, version),
    backtests: onOneVersion(executors.backtests, version),
  }
  const optionsOf = partOptions(setting, run)
  const outcome = await optimize(space, onOne, optionsOf(0))
  const { windows } = plan
  if (windows === undefined || outcome.stopped) return { outcome, stopped: outcome.stopped }
  const walkForward = await walkForwardSearch({
    ...setting,
    windows,
    executors: onOne,
    optionsOf: (window) => optionsOf(window + 1),
  })
  if (walkForward === undefined) return { outcome, stopped: true }
  return { outcome, walkForward, stopped: walkForward.stopped }
}

/** The options of each part, whose progress adds up. */
function partOptions(
  { space, plan, objective, calendar, range }: SearchSetting,
  { onProgress, signal, journal }: SearchRunOptions,
): (part: number) => OptimizeOptions {
  const { windows: lengths, ...options } = plan
  const windows =
    lengths === undefined ? 0 : trainTestWindows(daysOf(calendar, range), lengths).length
  const each = plan.trials ?? gridPoints(space).length
  let before = 0
  let part = 0
  const report = ({ trials, spent, best }: OptimizeProgress): void =>
    onProgress?.({
      part,
      windows,
      trials,
      spent: before + spent,
      budget: each * (windows + 1),
      best,
    })
  return (next) => {
    // A finite space may be exhausted before its trials are spent.
    before = each * next
    part = next
    return {
      ...options,
      objective,
      returnBlocks: next === 0,
      onProgress: report,
      ...(signal !== undefined && { signal }),
      ...(journal !== undefined && { journal: journal.partOf(next) }),
    }
  }
}
