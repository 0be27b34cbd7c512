import type { Executor } from '../../execution/inline.js'
import type { Calendar } from '../../market/calendar.js'
import type { CurveMetrics } from '../../simulation/metrics.js'
import type {
  BacktestResult,
  DecimalText,
  EquityCurve,
  SessionText,
} from '../../simulation/result.js'
import { gridPoints, runTrials, type Trial, type TrialTask } from '../grid.js'
import { definitionOf } from '../objectives.js'
import { onOneVersion } from '../one-version.js'
import type { ParameterSpace, Parameters } from '../parameter-space.js'
import { ranked } from '../ranked.js'
import { annualOf, efficiencyOf, meanOf } from './efficiency.js'
import { sessionStarts, stitch, stitchedMetrics } from './stitched.js'
import {
  type Segment,
  type WalkForwardPlan,
  type WalkForwardWindow,
  walkForwardWindows,
} from './walk-forward-windows.js'

/** Number of best trials of the train segment that are tried on the validation segment. */
const FINALISTS = 5

const OBJECTIVE = definitionOf('total-return')

export interface WindowResult<Result extends BacktestResult = BacktestResult> {
  /** The window, in sessions. */
  readonly window: WalkForwardWindow
  /** The trials of all points on the train segment, in the order of the grid. */
  readonly train: readonly Trial<Result>[]
  /**
   * The trials, on the validation segment, of the five points that were best on the train segment.
   * They are in the order of their train scores, and `index` is that of the train trial.
   */
  readonly validation: readonly Trial<Result>[]
  /**
   * The point with the best trial on the validation segment; if several are equal, the earliest.
   */
  readonly winner: Parameters
  /** The trial of the winner on the test segment. It is the only backtest on that segment. */
  readonly test: Trial<Result>
  /**
   * Annualised test return ÷ annualised train return of the winner. Absent if the train return is
   * not positive.
   */
  readonly efficiency?: number
}

export interface WalkForwardResult<Result extends BacktestResult = BacktestResult> {
  /** `total-return`. */
  readonly objective: string
  readonly windows: readonly WindowResult<Result>[]
  /**
   * The equity over all test segments, each of which continues from the end of the segment before.
   * Every session occurs once, in order. If the step is shorter than a test segment, the segments
   * overlap, and each counts until the next one starts. The curve ends with the session
   * `bankrupt`, if there is one.
   */
  readonly stitched: EquityCurve
  /**
   * The first session with a stitched equity of zero or less, from which it cannot grow. Less than
   * half a tick is zero.
   */
  readonly bankrupt?: SessionText
  readonly finalEquity: DecimalText
  /** Metrics of the stitched curve. */
  readonly metrics: CurveMetrics
  /**
   * Mean annualised test return ÷ mean annualised train return of the winners, with the whole test
   * segment of each window. Absent if the mean train return is not positive, and after a
   * bankruptcy.
   */
  readonly efficiency?: number
}

/**
 * Walk-forward optimization: in each window, every point of the space is tried on the train
 * segment, the best five on the validation segment, and the winner once on the test segment. Every
 * backtest starts with fresh capital. The outcome does not depend on the executor.
 *
 * @param calendar  of the bundle; windows are given in trading days, tasks in calendar indices
 * @param executor  runs a point over a range of calendar indices; bars before the range may be
 * read but not traded
 * @param version   version of the bundle with this calendar, on which all backtests must run; if
 * absent, it is not checked
 * @throws {EngineError} `input-invalid`: the plan does not fit the calendar
 * @throws {EngineError} `bundle-changed`: the backtests ran on different versions of the bundle,
 * or not on `version`
 */
export async function walkForward<Result extends BacktestResult>(
  space: ParameterSpace,
  plan: WalkForwardPlan,
  calendar: Calendar,
  executor: Executor<TrialTask, Result>,
  version?: string,
): Promise<WalkForwardResult<Result>> {
  const onOne = onOneVersion(executor, version)
  const points = gridPoints(space)
  const starts = sessionStarts(calendar)
  const windows: WindowResult<Result>[] = []
  for (const window of walkForwardWindows(calendar.days, plan)) {
    windows.push(await runWindow(window, points, starts, onOne))
  }
  const { stitched, bankrupt } = stitch(windows)
  const trainReturns = windows.map(({ winner, train }) => annualOf(trialOf(train, winner).result))
  const testReturns = windows.map(({ test }) => annualOf(test.result))
  return {
    objective: OBJECTIVE.name,
    windows,
    stitched,
    ...(bankrupt !== undefined && { bankrupt }),
    finalEquity: stitched.equity.at(-1)!,
    metrics: stitchedMetrics(stitched, windows[0]!.test.result),
    ...(bankrupt === undefined && efficiencyOf(meanOf(testReturns), meanOf(trainReturns))),
  }
}

async function runWindow<Result extends BacktestResult>(
  window: WalkForwardWindow,
  points: readonly Parameters[],
  starts: readonly number[],
  executor: Executor<TrialTask, Result>,
): Promise<WindowResult<Result>> {
  const over = (segment: Segment, parameters: Parameters): TrialTask => ({
    parameters,
    range: { start: starts[segment.start]!, end: starts[segment.end]! },
  })
  const train = await runTrials(
    points.map((point) => over(window.train, point)),
    executor,
    OBJECTIVE,
  )
  const finalists = rankedTrials(train).slice(0, FINALISTS)
  const validated = await runTrials(
    finalists.map(({ parameters }) => over(window.validation, parameters)),
    executor,
    OBJECTIVE,
  )
  const validation = validated.map((trial, i) => ({ ...trial, index: finalists[i]!.index }))
  const best = rankedTrials(validation)[0]!
  const [tested] = await runTrials([over(window.test, best.parameters)], executor, OBJECTIVE)
  const test = { ...tested!, index: best.index }
  return {
    window,
    train,
    validation,
    winner: best.parameters,
    test,
    ...efficiencyOf(annualOf(test.result), annualOf(train[best.index]!.result)),
  }
}

function rankedTrials<Result extends BacktestResult>(
  trials: readonly Trial<Result>[],
): readonly Trial<Result>[] {
  return ranked(trials, OBJECTIVE, ({ result }) => result)
}

function trialOf<Result extends BacktestResult>(
  trials: readonly Trial<Result>[],
  parameters: Parameters,
): Trial<Result> {
  return trials.find((trial) => trial.parameters === parameters)!
}
