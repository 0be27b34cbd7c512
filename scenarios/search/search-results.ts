import type {
  BundleIdentity,
  DecimalText,
  Dimension,
  FidelityCorrelation,
  MethodName,
  OptimizedTrial,
  Parameters,
  SearchOverfitting,
  SessionText,
} from '../../engine/index.js'

/**
 * What `assay search` found, as in `search.json`. Plain JSON: fractions, not percentages; money as
 * decimal texts. What is absent is undefined for this search. Two runs of the same search differ
 * only in `workers`, `started`, `ended` and in nothing else, interrupted or not.
 * `deflatedSharpe` and `backtestOverfitting` come from `overfittingOf`; `docs/overfitting.md`.
 */
export interface SearchResults extends Partial<SearchOverfitting> {
  readonly format: 'assay-search'
  readonly version: 1
  /** Of assay, such as `0.1.0`. */
  readonly engineVersion: string
  /** The line of a shell that repeats the search. */
  readonly command?: string
  readonly module: SearchedModule
  readonly data: SearchedData
  /** The parameters, in the order they were declared. */
  readonly dimensions: Readonly<Record<string, Dimension>>
  readonly method: MethodName
  /** Backtests that were to be spent; absent for a whole grid. */
  readonly budget?: number
  readonly seed: number
  /** Trials that were proposed at a time. */
  readonly batch: number
  /** Threads; 1 is the thread of the command itself. */
  readonly workers: number
  readonly objective: SearchedObjective
  readonly constraints: SearchedConstraints
  /** In the order in which they were proposed; `index` is the place in this list. */
  readonly trials: readonly ResultTrial[]
  readonly best: BestTrial
  /** Backtests spent: the sum of the fidelities of the trials. */
  readonly spent: number
  /** Whether Ctrl-C ended the search before its budget was spent. */
  readonly stopped: boolean
  /** ISO instants. */
  readonly started: string
  readonly ended: string
  /** For each share of the bars that trials ran on, the smallest first; if there is one. */
  readonly fidelityCorrelation?: readonly FidelityCorrelation[]
  /** A sentence for the user if shares of the bars do not foretell scores, or are not shown to. */
  readonly fidelityNote?: string
  /** Only with windows. */
  readonly walkForward?: WalkForwardFindings
}

/** The module of a search. */
export interface SearchedModule {
  /** Name of the file, without its folder. */
  readonly file: string
  /** `sha256:…` of the file and of all that it imports by relative paths. */
  readonly digest: string
}

/** The data of a search. */
export interface SearchedData extends BundleIdentity {
  readonly assets: readonly string[]
  /** First and last session traded. */
  readonly start: SessionText
  readonly end: SessionText
  /** Sessions traded, and those that make a year in the ratios. */
  readonly sessions: number
  readonly periodsPerYear: number
  /** Risk-free return per year in the ratios, a fraction. */
  readonly riskFree: number
}

/** What a search optimised. */
export interface SearchedObjective {
  /** One of the engine (`sharpe`), or that of an objective of the module. */
  readonly name: string
  readonly best: 'highest' | 'lowest'
}

/** What a trial had to satisfy. */
export interface SearchedConstraints {
  /** Fewest closed trades. */
  readonly minTrades?: number
  readonly minFills?: number
  /** Deepest fall allowed, a positive fraction of the peak. */
  readonly maxDrawdown?: number
  /** Constraints of the module on the result: functions, of which only the number is kept. */
  readonly own?: number
  /** Constraints of the parameter space, likewise. */
  readonly ofSpace?: number
}

/** A trial of a search. */
export interface ResultTrial {
  readonly index: number
  readonly parameters: Parameters
  /** Absent if the objective is undefined for it. */
  readonly score?: number
  readonly metrics: TrialMetrics
  /** The session in which equity fell to zero or less. */
  readonly bankrupt?: SessionText
  /** Share of the bars it ran on, the most recent ones; if absent, all. */
  readonly fidelity?: number
  /** By how much it breaks the constraints, above 0; if absent, they hold. */
  readonly violation?: number
}

/** Figures that every trial has. */
export interface TrialMetrics {
  readonly finalEquity: DecimalText
  readonly totalReturn: number
  /** Deepest fall from a peak, as a positive fraction. */
  readonly maxDrawdown: number
  readonly fills: number
  readonly closedTrades: number
}

/** The best trial, run again in full. */
export interface BestTrial extends Omit<ResultTrial, 'metrics'> {
  readonly metrics: TrialMetrics & BestMetrics
  /** Closed and open trades. */
  readonly trades: number
  /** At the end of every session. */
  readonly equity: readonly EquityPoint[]
}

/** Figures that only a whole result has; absent if undefined. */
export interface BestMetrics {
  readonly annualReturn?: number
  readonly volatility?: number
  readonly sharpe?: number
  readonly sortino?: number
  /** Share of the sessions that ended with a position. */
  readonly exposure?: number
  /** Share of the closed trades that gained. */
  readonly winRate?: number
}

/** Equity at the end of a session. */
export interface EquityPoint {
  readonly session: SessionText
  readonly value: DecimalText
}

/**
 * The walk-forward test: in each window the space is searched on the sessions of the train segment
 * alone, and the best trial runs once on the sessions that follow, which the search did not see.
 */
export interface WalkForwardFindings {
  /** Lengths of the segments, in sessions. */
  readonly train: number
  readonly test: number
  readonly windows: readonly WindowFindings[]
  /** Equity over all test segments, each of which continues from the end of the one before. */
  readonly equity: readonly EquityPoint[]
  /** Of that equity. */
  readonly metrics: BestMetrics & Pick<TrialMetrics, 'totalReturn' | 'maxDrawdown'>
  /**
   * Mean annual return on the test segments ÷ that on the train segments; absent unless the latter
   * is above zero.
   */
  readonly efficiency?: number
  /** The first session with an equity of zero or less, where the curve ends. */
  readonly bankrupt?: SessionText
}

/** One window of the walk-forward test. */
export interface WindowFindings {
  readonly train: SessionSpan
  readonly test: SessionSpan
  /** Of the best trial on the train segment. */
  readonly parameters: Parameters
  /** Values of the objective on the two segments; absent if undefined. */
  readonly trainScore?: number
  readonly testScore?: number
  /**
   * Annual return on the test segment ÷ that on the train segment; absent unless the latter is
   * above zero.
   */
  readonly efficiency?: number
}

/** Sessions, the last one included. */
export interface SessionSpan {
  readonly start: SessionText
  readonly end: SessionText
}

/** A trial of the engine as in the results: without what is the same for all of them. */
export function resultTrialOf(trial: OptimizedTrial): ResultTrial {
  const { index, parameters, score, bankrupt, fidelity, violation } = trial
  const { finalEquity, totalReturn, maxDrawdown, fills, closedTrades } = trial
  return {
    index,
    parameters,
    ...(score !== undefined && { score }),
    metrics: { finalEquity, totalReturn, maxDrawdown, fills, closedTrades },
    ...(bankrupt !== undefined && { bankrupt }),
    ...(fidelity !== undefined && { fidelity }),
    ...(violation !== undefined && { violation }),
  }
}
