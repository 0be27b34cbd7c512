import { EngineError } from '../../errors.js'
import type { Executor } from '../../execution/inline.js'
import type { Calendar } from '../../market/calendar.js'
import type { CurveMetrics } from '../../simulation/metrics.js'
import type { BacktestResult, EquityCurve, SessionText } from '../../simulation/result.js'
import { quickFigures } from '../../simulation/run-figures.js'
import type { TradingRange } from '../../simulation/trading-range.js'
import type { TrialTask } from '../grid.js'
import { definitionOf } from '../objectives.js'
import { type OptimizeOptions, type OptimizeOutcome, optimize } from '../optimize/optimize.js'
import type { SearchWindows } from '../optimize/search-plan.js'
import type { ParameterSpace } from '../parameter-space.js'
import type { SearchExecutors } from '../search.js'
import { annualOf, efficiencyOf, meanOf } from './efficiency.js'
import { sessionStarts, stitch, stitchedMetrics } from './stitched.js'
import { type Segment, windowsWithin } from './walk-forward-windows.js'

/** One window: a search on the train segment, and its winner on the sessions that follow. */
export interface SearchedWindow {
  /** Trading days of the bundle. */
  readonly window: { readonly train: Segment; readonly test: Segment }
  /** The search on the train segment. */
  readonly outcome: OptimizeOutcome
  /** The only backtest on the test segment. */
  readonly test: { readonly result: BacktestResult; readonly score?: number }
  /** As in `WindowResult`. */
  readonly efficiency?: number
}

/** A walk-forward test with a method of search; its figures are those of `WalkForwardResult`. */
export interface WalkForwardSearch {
  readonly windows: readonly SearchedWindow[]
  /** The equity over all test segments, each of which continues from the end of the one before. */
  readonly stitched: EquityCurve
  readonly bankrupt?: SessionText
  readonly metrics: CurveMetrics
  readonly efficiency?: number
  /** Whether a signal ended it before the last window. */
  readonly stopped: boolean
}

/** Where a walk-forward test takes place. */
export interface WalkForwardSetting {
  readonly space: ParameterSpace
  readonly calendar: Calendar
  /** The sessions that may be traded. */
  readonly range: Pick<TradingRange, 'start' | 'end'>
  readonly windows: SearchWindows
  readonly executors: SearchExecutors
  /** Options of the search in a window. @param window  its number, from 0 */
  optionsOf(window: number): OptimizeOptions
}

/**
 * Walk-forward test with any method and objective: each window is searched on its train segment,
 * and the best trial runs once on its test segment. Every backtest starts with fresh capital.
 *
 * @returns undefined if a signal ended it before the first window was done
 * @throws {EngineError} as `optimize`; `input-invalid`: no window fits into the range
 */
export async function walkForwardSearch(
  setting: WalkForwardSetting,
): Promise<WalkForwardSearch | undefined> {
  const { calendar, range, windows: plan } = setting
  const starts = sessionStarts(calendar)
  const all = trainTestWindows(daysOf(calendar, range), plan)
  const windows: SearchedWindow[] = []
  for (const [number, window] of all.entries()) {
    const searched = await searchWindow(setting, number, window, starts)
    if (searched === undefined) break
    windows.push(searched)
  }
  return windows.length === 0 ? undefined : summaryOf(windows, windows.length < all.length)
}

/** The trading days of a range, by number: those that start in it. */
export function daysOf({ dayOf }: Calendar, { start, end }: WalkForwardSetting['range']): Segment {
  const before = (bar: number): number => (bar === 0 ? 0 : dayOf[bar - 1]! + 1)
  return { start: before(start), end: before(end) }
}

/**
 * The windows that fit into trading days; their test segments follow each other, and a partial last
 * one is dropped.
 *
 * @throws {EngineError} `input-invalid`: none fits
 */
export function trainTestWindows(
  days: Segment,
  { train, test, mode = 'rolling' }: SearchWindows,
): readonly SearchedWindow['window'][] {
  const windows = windowsWithin(days, { mode, train, validation: 0, test, step: test })
  if (windows.length > 0)
    return windows.map((window) => ({ train: window.train, test: window.test }))
  throw new EngineError(
    'input-invalid',
    `windows of ${train} sessions to train and ${test} to test need ${train + test}, and the range has ${days.end - days.start}; shorten them`,
  )
}

async function searchWindow(
  { space, executors, optionsOf }: WalkForwardSetting,
  number: number,
  window: SearchedWindow['window'],
  starts: readonly number[],
): Promise<SearchedWindow | undefined> {
  const options = optionsOf(number)
  const over = <Result>(executor: Executor<TrialTask, Result>, { start, end }: Segment) =>
    onRange(executor, { start: starts[start]!, end: starts[end]! })
  const onTrain = {
    trials: over(executors.trials, window.train),
    backtests: over(executors.backtests, window.train),
  }
  const outcome = await optimize(space, onTrain, options).catch((failure: unknown) => {
    if (options.signal?.aborted) return undefined
    throw failure
  })
  if (outcome === undefined || outcome.stopped) return undefined
  const { parameters, result: trained } = outcome.best
  const [result] = await over(executors.backtests, window.test).map([{ parameters }])
  const score = definitionOf(options.objective ?? 'total-return').score(
    quickFigures(result!),
    () => result!,
  )
  return {
    window,
    outcome,
    test: { result: result!, ...(score !== undefined && { score }) },
    ...efficiencyOf(annualOf(result!), annualOf(trained)),
  }
}

/** An executor whose tasks run on a range. */
function onRange<Result>(
  executor: Executor<TrialTask, Result>,
  range: NonNullable<TrialTask['range']>,
): Executor<TrialTask, Result> {
  return { map: (tasks) => executor.map(tasks.map((task) => ({ ...task, range }))) }
}

function summaryOf(windows: readonly SearchedWindow[], stopped: boolean): WalkForwardSearch {
  const { stitched, bankrupt } = stitch(windows)
  const trained = windows.map(({ outcome }) => annualOf(outcome.best.result))
  const tested = windows.map(({ test }) => annualOf(test.result))
  return {
    windows,
    stitched,
    ...(bankrupt !== undefined && { bankrupt }),
    metrics: stitchedMetrics(stitched, windows[0]!.test.result),
    ...(bankrupt === undefined && efficiencyOf(meanOf(tested), meanOf(trained))),
    stopped,
  }
}
