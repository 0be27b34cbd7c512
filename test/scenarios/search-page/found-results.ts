import {
  type BundleContent,
  type Dimension,
  defaults,
  discrete,
  indicatorSum,
  inlineExecutor,
  type MethodName,
  memoryBundle,
  type ObjectiveName,
  type OptimizedTrial,
  type OptimizeOutcome,
  openEngine,
  optimize,
  overfittingOf,
  type Parameters,
  parameterSpace,
  type SearchExecutors,
  type Signal,
  signalStrategy,
  sma,
} from '../../../engine/index.js'
import { marketContent } from '../../../scenarios/market/market-content.js'
import {
  type EquityPoint,
  resultTrialOf,
  type SearchResults,
  type WalkForwardFindings,
} from '../../../scenarios/search/search-results.js'

/** A search to run. */
export interface Wanted {
  readonly dimensions?: Readonly<Record<string, Dimension>>
  readonly objective?: ObjectiveName
  readonly method?: MethodName
  /** Backtests to spend; all points of the space if absent. */
  readonly trials?: number
  readonly sessions?: number
  readonly assets?: number
  readonly seed?: number
  /** The market; a generated one if absent. */
  readonly content?: BundleContent
  /** Shares to hold. */
  readonly shares?: number
  /** Walk-forward windows. */
  readonly windows?: number
}

const SHARES = 100
const SPACE = { fast: discrete(4, 20, 4), slow: discrete(20, 100, 20) }

/** A crossover that buys by `fast` and `slow`, `size` times as much, and sells short in `bear`. */
function crossover(shares: number): Signal {
  return {
    inputs: ({ fast = 5, slow = 20 }) => [
      indicatorSum(sma(Math.round(Number(fast)))),
      indicatorSum(sma(Math.round(Number(slow)))),
    ],
    decide:
      ({ fast = 5, slow = 20, size = 1, mode = 'bull' }) =>
      (fastSum, slowSum) => {
        if (Number.isNaN(slowSum)) return Number.NaN
        const isAbove = fastSum * Math.round(Number(slow)) > slowSum * Math.round(Number(fast))
        return isAbove === (mode === 'bull') ? Math.round(shares * Number(size)) : 0
      },
  }
}

/** The results of a search that is run here, over a generated market. */
export async function foundResults(wanted: Wanted = {}): Promise<SearchResults> {
  const { dimensions = SPACE, objective = 'sharpe', method = 'grid', seed = 1 } = wanted
  const { sessions = 300, assets = 2, trials, windows = 0, shares = SHARES } = wanted
  const { content = marketContent({ assets, sessions }, seed) } = wanted
  const bundle = memoryBundle(content)
  const engine = openEngine(defaults({}))
  const space = parameterSpace(dimensions)
  const signal = crossover(shares)
  const executors: SearchExecutors = {
    trials: engine.sweep({ bundle, signal }, objective),
    backtests: inlineExecutor(({ parameters, range }) =>
      engine.backtest({
        bundle,
        algorithm: signalStrategy(signal, parameters),
        ...(range !== undefined && { range }),
      }),
    ),
  }
  const found = await optimize(space, executors, {
    method,
    objective,
    seed,
    returnBlocks: true,
    ...(trials !== undefined && { trials }),
  })
  const { result } = found.best
  const { dates } = result.equityCurve
  return {
    format: 'assay-search',
    version: 1,
    engineVersion: '0.1.0',
    command: `npx assay search ./crossover.search.mjs --method ${method} --seed ${seed}`,
    module: { file: 'crossover.search.mjs', digest: `sha256:${'5e'.repeat(32)}` },
    data: {
      ...result.bundle,
      assets: content.bars.map(({ asset }) => asset),
      start: dates[0]!,
      end: dates.at(-1)!,
      sessions: result.sessions,
      periodsPerYear: result.periodsPerYear,
      riskFree: result.riskFree,
    },
    dimensions,
    method,
    ...(trials !== undefined && { budget: trials }),
    seed,
    batch: 8,
    workers: 1,
    objective: { name: objective, best: objective === 'max-drawdown' ? 'lowest' : 'highest' },
    constraints: {},
    trials: found.trials.map(resultTrialOf),
    best: bestOf(found),
    spent: found.spent,
    stopped: found.stopped,
    ...overfittingOf(found.trials, found.best),
    started: '2026-01-02T10:00:00.000Z',
    ended: '2026-01-02T10:00:09.000Z',
    ...(windows > 0 && {
      walkForward: await walkForwardOf(windows, sessions, found.trials, executors, objective),
    }),
  }
}

function bestOf({ best }: OptimizeOutcome): SearchResults['best'] {
  const { result, ...trial } = best
  const { totalReturn: _, maxDrawdown: __, ...metrics } = result.metrics
  const found = resultTrialOf(trial)
  return {
    ...found,
    metrics: { ...found.metrics, ...metrics },
    trades: result.trades.length,
    equity: pointsOf(result.equityCurve),
  }
}

function pointsOf({
  dates,
  equity,
}: {
  readonly dates: readonly string[]
  readonly equity: readonly string[]
}): readonly EquityPoint[] {
  return dates.map((session, i) => ({ session, value: equity[i]! }))
}

/** Windows in which the best of all points on a quarter of the sessions runs on the next part. */
async function walkForwardOf(
  windows: number,
  sessions: number,
  trials: readonly OptimizedTrial[],
  { trials: executor, backtests }: SearchExecutors,
  objective: ObjectiveName,
): Promise<WalkForwardFindings> {
  const train = Math.floor(sessions / 4)
  const test = Math.floor((sessions - train) / windows)
  const points: Parameters[] = trials.map(({ parameters }) => parameters)
  const equity: EquityPoint[] = []
  const found: WalkForwardFindings['windows'][number][] = []
  let growth = 1
  let totals = { train: 0, test: 0 }
  for (let i = 0; i < windows; i++) {
    const start = i * test
    const range = { start, end: start + train }
    const tried = await executor.map(points.map((parameters) => ({ parameters, range })))
    const best = tried.reduce(
      (at, { score = -1e9 }, j) => (score > (tried[at]!.score ?? -1e9) ? j : at),
      0,
    )
    const parameters = points[best]!
    const after = { start: range.end, end: range.end + test }
    const [before, result] = await backtests.map([
      { parameters, range },
      { parameters, range: after },
    ])
    const { dates, equity: values } = result!.equityCurve
    for (const [j, value] of values.entries())
      equity.push({ session: dates[j]!, value: (growth * Number(value)).toFixed(2) })
    growth *= 1 + result!.metrics.totalReturn
    const figures = {
      train: before!.metrics.annualReturn ?? 0,
      test: result!.metrics.annualReturn ?? 0,
    }
    totals = { train: totals.train + figures.train, test: totals.test + figures.test }
    const [trainScore, testScore] = [before!, result!].map(({ metrics }) =>
      objective === 'sharpe' ? metrics.sharpe : metrics.totalReturn,
    )
    found.push({
      train: { start: before!.equityCurve.dates[0]!, end: before!.equityCurve.dates.at(-1)! },
      test: { start: dates[0]!, end: dates.at(-1)! },
      parameters,
      ...(trainScore !== undefined && { trainScore }),
      ...(testScore !== undefined && { testScore }),
      ...(figures.train > 0 && { efficiency: figures.test / figures.train }),
    })
  }
  return {
    train,
    test,
    windows: found,
    equity,
    metrics: { totalReturn: growth - 1, maxDrawdown: 0.1 },
    ...(totals.train > 0 && { efficiency: totals.test / totals.train }),
  }
}
