import type { DeclaredIndicators } from '../indicators/declared-indicators.js'
import type { EngineLog } from '../log.js'
import type { OpenBundle } from '../ports.js'
import { rangeOf, type TrialTask } from '../search/grid.js'
import { definitionOf, type Objective, type ObjectiveDefinition } from '../search/objectives.js'
import type { Parameters } from '../search/parameter-space.js'
import { summaryOfRun, type TrialSummary } from '../search/trial-summary.js'
import {
  type BacktestConditions,
  type BacktestSources,
  type LoadedBacktest,
  withLoaded,
} from '../simulation/backtest.js'
import { type Desk, openDesk } from '../simulation/desk.js'
import { type Simulated, simulate, simulatedBy } from '../simulation/simulate.js'
import { InputColumns } from './input-columns.js'
import { type Signal, signalStrategy } from './signal.js'
import { type PostponingDesk, sweptRun } from './swept-run.js'
import { targetsOf } from './targets.js'

/** The backtests of a sweep: a signal in place of a strategy. */
export interface SweepSpec extends BacktestConditions {
  readonly signal: Signal
}

export interface SweepOptions {
  readonly sources: BacktestSources
  /** Bytes of the columns of inputs that are kept. */
  readonly maxBytes: number
  readonly log: EngineLog
  /** Called with the bars of each backtest that has ended. */
  readonly count: (bars: number) => void
}

/** Loaded data, and the inputs computed on them so far. */
interface LoadedRange {
  /** Of the bundle. */
  readonly identity: string
  readonly range: SweepSpec['range']
  readonly backtest: LoadedBacktest
  /** Of the loaded histories; only strategies that run event by event declare some. */
  readonly indicators: DeclaredIndicators
  readonly columns: InputColumns
}

/**
 * Runs a signal for many parameters over data that are loaded once. Each run gives the figures of
 * the same backtest run event by event.
 */
export class Sweep {
  readonly #spec: SweepSpec
  readonly #options: SweepOptions
  readonly #definition: ObjectiveDefinition
  /** Of the last range: a search has one, and each segment of a walk-forward another. */
  #loaded: LoadedRange | undefined

  /** @throws {EngineError} `input-invalid`: see `definitionOf` */
  constructor(spec: SweepSpec, objective: Objective, options: SweepOptions) {
    this.#spec = spec
    this.#options = options
    this.#definition = definitionOf(objective)
  }

  /**
   * The figures of each task, in their order.
   *
   * @param bundle  the open bundle, whose version is part of the figures
   * @throws {EngineError} as a backtest of the signal's strategy
   */
  async run(bundle: OpenBundle, tasks: readonly TrialTask[]): Promise<readonly TrialSummary[]> {
    const summaries: TrialSummary[] = []
    for (const task of tasks) {
      const { parameters } = task
      const wanted = rangeOf(task, this.#spec.range)
      const loaded = this.#loadedFor(bundle, wanted) ?? (await this.#load(bundle, wanted))
      const { run, result } = this.#simulated(loaded, parameters)
      this.#options.count(run.bars)
      summaries.push(summaryOfRun(run, this.#definition, result, task))
    }
    return summaries
  }

  async #load(bundle: OpenBundle, range: SweepSpec['range']): Promise<LoadedRange> {
    const { sources, maxBytes, log } = this.#options
    const settings = range === undefined ? this.#spec : { ...this.#spec, range }
    const backtest = await withLoaded(sources, bundle, settings, (loaded) => loaded)
    const columns = new InputColumns(backtest, maxBytes, log)
    const indicators = backtest.newIndicators()
    this.#loaded = { identity: bundle.identity, range, backtest, indicators, columns }
    return this.#loaded
  }

  /** What is loaded, if it is this range of this version. */
  #loadedFor({ identity }: OpenBundle, range: SweepSpec['range']): LoadedRange | undefined {
    const loaded = this.#loaded
    const isSame =
      loaded?.identity === identity &&
      loaded.range?.start === range?.start &&
      loaded.range?.end === range?.end &&
      loaded.range?.share === range?.share
    return isSame ? loaded : undefined
  }

  #simulated({ backtest, columns, indicators }: LoadedRange, parameters: Parameters): Simulated {
    const { signal } = this.#spec
    const parts = backtest.parts(indicators)
    const desk = openDesk(parts)
    if (!postpones(desk)) return simulate(signalStrategy(signal, parameters), parts)
    return simulatedBy(sweptRun(parts, desk, targetsOf(signal, parameters, columns, parts)))
  }
}

function postpones(desk: Desk): desk is PostponingDesk {
  return desk.later !== undefined
}
