import type { Executor } from '../execution/inline.js'
import type { Calendar } from '../market/calendar.js'
import { exact, ratioOfDecimals, timesRatio } from '../market/exact.js'
import { multiply, ONE } from '../market/rational.js'
import { annualised, type CurveMetrics, curveMetrics } from '../simulation/metrics.js'
import type { BacktestResult, DecimalText, EquityCurve, SessionText } from '../simulation/result.js'
import { curveOf } from '../simulation/session-returns.js'
import { gridPoints, runTrials, type Trial, type TrialTask } from './grid.js'
import { definitionOf } from './objectives.js'
import { onOneVersion } from './one-version.js'
import type { ParameterSpace, Parameters } from './parameter-space.js'
import { ranked } from './ranked.js'
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
    ...(bankrupt === undefined && efficiency(meanOf(testReturns), meanOf(trainReturns))),
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
    ...efficiency(annualOf(test.result), annualOf(train[best.index]!.result)),
  }
}

/** The calendar index at which each trading day starts, followed by the calendar's length. */
function sessionStarts({ dayOf, length }: Calendar): readonly number[] {
  const starts: number[] = []
  for (let slot = 0; slot < length; slot++) if (dayOf[slot] !== dayOf[slot - 1]) starts.push(slot)
  return [...starts, length]
}

interface Stitched {
  readonly stitched: EquityCurve
  readonly bankrupt?: SessionText
}

/**
 * Chains returns: the equity of each segment is multiplied exactly by the growth over all segments
 * before it, and rounded to the tick. Growth from zero or less has no meaning, so the chain ends
 * when the rounded equity is not above zero.
 */
function stitch(windows: readonly WindowResult[]): Stitched {
  const dates: string[] = []
  const equity: DecimalText[] = []
  let factor = ONE
  for (const [w, { window, test }] of windows.entries()) {
    const { equityCurve, priceScale, startingCash } = test.result
    const next = windows[w + 1]?.window.test.start ?? window.test.end
    const kept = Math.min(equityCurve.equity.length, next - window.test.start)
    for (let i = 0; i < kept; i++) {
      const value = timesRatio(exact(equityCurve.equity[i]!), factor, priceScale)
      dates.push(equityCurve.dates[i]!)
      equity.push(value.toFixed())
      if (!value.gt(0)) return { stitched: { dates, equity }, bankrupt: equityCurve.dates[i]! }
    }
    const reached = exact(equityCurve.equity[kept - 1]!)
    factor = multiply(factor, ratioOfDecimals(reached, exact(startingCash)))
  }
  return { stitched: { dates, equity } }
}

function stitchedMetrics(
  { equity }: EquityCurve,
  { startingCash, periodsPerYear, riskFree }: BacktestResult,
): CurveMetrics {
  return curveMetrics(curveOf(startingCash, equity), { periodsPerYear, riskFree })
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

function annualOf(result: BacktestResult): number | undefined {
  const { annualReturn, totalReturn } = result.metrics
  return annualReturn === undefined
    ? undefined
    : annualised(1 + totalReturn, result.sessions, result.periodsPerYear)
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const present = values.filter((value) => value !== undefined)
  return present.length === values.length
    ? present.reduce((sum, value) => sum + value, 0) / present.length
    : undefined
}

/** A yearly return below this is a residue of rounding, so dividing by it would be meaningless. */
const LEAST_RETURN = 1e-12

function efficiency(
  test: number | undefined,
  train: number | undefined,
): { readonly efficiency?: number } {
  if (test === undefined || train === undefined || train < LEAST_RETURN) return {}
  return { efficiency: test / train }
}
