import {
  type BacktestResult,
  type CurveMetrics,
  type EquityCurve,
  type OpenedSearch,
  overfittingOf,
  type SearchedWindow,
  type SearchFindings,
  type WalkForwardSearch,
} from '../../engine/index.js'
import { defined } from '../../harness/evidence/defined.js'
import {
  type BestMetrics,
  type BestTrial,
  type EquityPoint,
  resultTrialOf,
  type SearchedConstraints,
  type SearchedData,
  type SearchedModule,
  type SearchResults,
  type SessionSpan,
  type WalkForwardFindings,
  type WindowFindings,
} from './search-results.js'

/** What the findings of a search do not hold. */
export interface SearchOccasion {
  readonly engineVersion: string
  readonly command: string
  readonly module: SearchedModule
  readonly started: Date
  readonly ended: Date
}

/** The results of a search, as `search.json` holds them. */
export function collectResults(
  search: OpenedSearch,
  { outcome, walkForward, stopped }: SearchFindings,
  { engineVersion, command, module, started, ended }: SearchOccasion,
): SearchResults {
  const { plan, space, objective, workers } = search
  const { best, fidelityCorrelation, fidelityNote } = outcome
  return {
    format: 'assay-search',
    version: 1,
    engineVersion,
    command,
    module,
    data: dataOf(search, best.result),
    dimensions: space.dimensions,
    method: plan.method,
    ...defined({ budget: plan.trials }),
    seed: plan.seed,
    batch: plan.batch,
    workers,
    objective,
    constraints: constraintsOf(search),
    trials: outcome.trials.map(resultTrialOf),
    best: bestOf(outcome.best),
    spent: outcome.spent,
    stopped,
    started: started.toISOString(),
    ended: ended.toISOString(),
    ...defined({ fidelityCorrelation, fidelityNote }),
    ...(walkForward !== undefined && { walkForward: walkForwardOf(search, walkForward) }),
    ...overfittingOf(outcome.trials, best),
  }
}

function dataOf({ bundle }: OpenedSearch, result: BacktestResult): SearchedData {
  const { dates } = result.equityCurve
  return {
    ...result.bundle,
    assets: bundle.manifest.assets.map(({ id }) => id),
    start: dates[0]!,
    end: dates.at(-1)!,
    sessions: result.sessions,
    periodsPerYear: result.periodsPerYear,
    riskFree: result.riskFree,
  }
}

function constraintsOf({ plan, space }: OpenedSearch): SearchedConstraints {
  const { own = [], ...bounds } = plan.constraints
  return {
    ...bounds,
    ...(own.length > 0 && { own: own.length }),
    ...(space.constraints.length > 0 && { ofSpace: space.constraints.length }),
  }
}

function bestOf({ result, ...trial }: SearchFindings['outcome']['best']): BestTrial {
  const { metrics, ...rest } = resultTrialOf(trial)
  return {
    ...rest,
    metrics: { ...metrics, ...bestMetrics(result.metrics), ...defined(moreOf(result)) },
    trades: result.closedTrades + result.openTrades,
    equity: equityOf(result.equityCurve),
  }
}

function moreOf({ metrics: { exposure, winRate } }: BacktestResult) {
  return { exposure, winRate }
}

function bestMetrics({ annualReturn, volatility, sharpe, sortino }: CurveMetrics): BestMetrics {
  return defined({ annualReturn, volatility, sharpe, sortino })
}

function equityOf({ dates, equity }: EquityCurve): EquityPoint[] {
  return dates.map((session, i) => ({ session, value: equity[i]! }))
}

function walkForwardOf(search: OpenedSearch, found: WalkForwardSearch): WalkForwardFindings {
  const { windows, stitched, metrics, efficiency, bankrupt } = found
  const { train, test } = search.plan.windows!
  const { totalReturn, maxDrawdown } = metrics
  return {
    train,
    test,
    windows: windows.map((window) => windowOf(window)),
    equity: equityOf(stitched),
    metrics: { totalReturn, maxDrawdown, ...bestMetrics(metrics) },
    ...defined({ efficiency, bankrupt }),
  }
}

function windowOf({ outcome, test, efficiency }: SearchedWindow): WindowFindings {
  const { parameters, score, result } = outcome.best
  return {
    train: spanOf(result),
    test: spanOf(test.result),
    parameters,
    ...defined({ trainScore: score, testScore: test.score, efficiency }),
  }
}

function spanOf({ equityCurve: { dates } }: BacktestResult): SessionSpan {
  return { start: dates[0]!, end: dates.at(-1)! }
}
