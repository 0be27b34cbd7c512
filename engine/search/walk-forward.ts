import type { Executor } from '../execution/inline.js'
import type { Calendar } from '../market/calendar.js'
import { Money } from '../market/money.js'
import { annualised } from '../simulation/metrics.js'
import type { BacktestResult, DecimalText, EquityCurve } from '../simulation/result.js'
import {
  gridPoints,
  type Objective,
  ranked,
  runTrials,
  type Trial,
  type TrialTask,
} from './grid.js'
import { onOneVersion } from './one-version.js'
import type { ParameterSpace, Parameters } from './parameter-space.js'
import {
  type Segment,
  type WalkForwardPlan,
  type WalkForwardWindow,
  walkForwardWindows,
} from './walk-forward-windows.js'

/** Number of the train segment's best trials that are tried on the validation segment. */
const FINALISTS = 5

export interface WindowResult<Result extends BacktestResult = BacktestResult> {
  /** In sessions. */
  readonly window: WalkForwardWindow
  /** Every point on the train segment, in the order of the grid. */
  readonly train: readonly Trial<Result>[]
  /**
   * The five best points of the train segment on the validation segment, best on train first;
   * `index` is that of the train trial.
   */
  readonly validation: readonly Trial<Result>[]
  /** The best on the validation segment; of equals, the earlier trial. */
  readonly winner: Parameters
  /** The winner on the test segment, the only backtest on it. */
  readonly test: Trial<Result>
  /**
   * Annualised test return ÷ annualised train return of the winner; absent unless the latter is
   * positive.
   */
  readonly efficiency?: number
}

export interface WalkForwardResult<Result extends BacktestResult = BacktestResult> {
  readonly objective: Objective
  readonly windows: readonly WindowResult<Result>[]
  /** The equity of the test segments, each continuing from the end of the one before. */
  readonly stitched: EquityCurve
  readonly finalEquity: DecimalText
  /**
   * Mean annualised test return ÷ mean annualised train return of the winners; absent unless the
   * latter is positive.
   */
  readonly efficiency?: number
}

/**
 * Walk-forward optimization: per window, every point of the space on train, the best five on
 * validation, and the winner once on test. Every segment starts with fresh capital. The outcome
 * does not depend on the executor.
 *
 * @param calendar  of the bundle; windows are in trading days, tasks in calendar indices
 * @param executor  runs a point over a range of calendar indices; bars before the range may be
 * read, never traded
 * @param version   of the bundle with this calendar, which the backtests must have too; not
 * checked if absent
 * @throws {EngineError} `input-invalid`: a plan that does not fit the calendar
 * @throws {EngineError} `bundle-changed`: the backtests ran on different versions of the bundle, or
 * on another than `version`
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
  const stitched = stitch(windows.map(({ test }) => test.result))
  const trainReturns = windows.map(({ winner, train }) => annualOf(trialOf(train, winner).result))
  const testReturns = windows.map(({ test }) => annualOf(test.result))
  return {
    objective: 'total-return',
    windows,
    stitched,
    finalEquity: stitched.equity.at(-1)!,
    ...efficiency(meanOf(testReturns), meanOf(trainReturns)),
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
  )
  const finalists = ranked(train).slice(0, FINALISTS)
  const validated = await runTrials(
    finalists.map(({ parameters }) => over(window.validation, parameters)),
    executor,
  )
  const validation = validated.map((trial, i) => ({ ...trial, index: finalists[i]!.index }))
  const best = ranked(validation)[0]!
  const [tested] = await runTrials([over(window.test, best.parameters)], executor)
  const test = { ...tested!, index: best.index }
  return {
    window,
    train,
    validation,
    winner: best.parameters,
    test,
    ...efficiency(annualOf(test.result), annualOf(train[best.index]!.result)),
  }
}

/** The calendar index at which each trading day starts, followed by the calendar's length. */
function sessionStarts({ dayOf, length }: Calendar): readonly number[] {
  const starts: number[] = []
  for (let slot = 0; slot < length; slot++) if (dayOf[slot] !== dayOf[slot - 1]) starts.push(slot)
  return [...starts, length]
}

/**
 * Chains returns: each segment's equity is multiplied by the growth over all segments before it and
 * rounded to the tick.
 */
function stitch(results: readonly BacktestResult[]): EquityCurve {
  const dates: string[] = []
  const equity: DecimalText[] = []
  let factor = new Money(1)
  for (const result of results) {
    dates.push(...result.equityCurve.dates)
    for (const value of result.equityCurve.equity)
      equity.push(factor.times(value).toDecimalPlaces(result.priceScale).toFixed())
    factor = factor.times(result.finalEquity).div(result.startingCash)
  }
  return { dates, equity }
}

function trialOf<Result extends BacktestResult>(
  trials: readonly Trial<Result>[],
  parameters: Parameters,
): Trial<Result> {
  return trials.find((trial) => trial.parameters === parameters)!
}

function annualOf(result: BacktestResult): number | undefined {
  return annualised(1 + result.metrics.totalReturn, result.sessions)
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const present = values.filter((value) => value !== undefined)
  return present.length === values.length
    ? present.reduce((sum, value) => sum + value, 0) / present.length
    : undefined
}

function efficiency(
  test: number | undefined,
  train: number | undefined,
): { readonly efficiency?: number } {
  return test === undefined || train === undefined || train <= 0 ? {} : { efficiency: test / train }
}
