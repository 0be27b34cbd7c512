import { isDeepStrictEqual } from 'node:util'
import { EngineError } from '../../errors.js'
import type { Executor } from '../../execution/inline.js'
import type { Answer, Proposal } from '../../samplers/sampler.js'
import type { TrialTask } from '../grid.js'
import type { ObjectiveDefinition } from '../objectives.js'
import { onOneVersion } from '../one-version.js'
import { ranked } from '../ranked.js'
import { checkObjective, type SearchedTrial } from '../search.js'
import type { TrialSummary } from '../trial-summary.js'
import { type ResultConstraints, violationOf } from './result-constraints.js'

/** A trial of a search by a method. Plain data. */
export interface OptimizedTrial extends SearchedTrial {
  /** The share of the bars it ran on, the most recent ones; if absent, all. */
  readonly fidelity?: number
  /** By how much it breaks the constraints; if absent, they hold. */
  readonly violation?: number
}

/** Trials that were done before, and where to keep those that are done. */
export interface TrialJournal {
  /** From an earlier search with the same options, in any order. */
  readonly done: readonly OptimizedTrial[]
  /** Gets each batch of new trials, before the next batch starts. */
  record(trials: readonly OptimizedTrial[]): void | Promise<void>
}

/** What a runner needs of the options of a search. */
export interface RunnerOptions {
  readonly constraints?: ResultConstraints
  readonly journal?: TrialJournal
  /** See `TrialSearchOptions.returnBlocks`. */
  readonly returnBlocks?: boolean
}

type Point = Pick<Proposal, 'parameters' | 'fidelity'>

/** Runs the proposals of a sampler and keeps the trials. */
export class TrialRunner {
  /** In the order of their indices. */
  readonly trials: OptimizedTrial[] = []
  readonly #executor: Executor<TrialTask, TrialSummary>
  readonly #definition: ObjectiveDefinition
  readonly #options: RunnerOptions
  readonly #done: ReadonlyMap<number, OptimizedTrial>
  #best: OptimizedTrial | undefined
  #spent = 0
  /** The first trial on all bars, and the first on a share of them. */
  #whole: OptimizedTrial | undefined
  #part: OptimizedTrial | undefined

  constructor(
    executor: Executor<TrialTask, TrialSummary>,
    definition: ObjectiveDefinition,
    options: RunnerOptions,
  ) {
    this.#executor = onOneVersion(executor)
    this.#definition = definition
    this.#options = options
    this.#done = new Map(options.journal?.done.map((trial) => [trial.index, trial]))
  }

  /** Backtests spent: the sum of the fidelities, rounded to 10⁻⁹. */
  get spent(): number {
    return Math.round(this.#spent * 1e9) / 1e9
  }

  /**
   * The best trial so far, of those on the largest share of the bars: the least violation, then the
   * rank of `ranked`.
   */
  best(): OptimizedTrial | undefined {
    return this.#best
  }

  /** Whether a trial ran on a share of the bars. */
  get usesShares(): boolean {
    return this.#part !== undefined
  }

  /**
   * Runs a batch. Trials that the journal holds are not run again.
   *
   * @returns in the order of the proposals
   * @throws {EngineError} `input-invalid`: the journal holds another trial at an index, or the
   * executor ran on all bars where a share was wanted
   */
  async run(points: readonly Point[]): Promise<readonly OptimizedTrial[]> {
    const first = this.trials.length
    const kept = points.map((point, i) => this.#keptAt(first + i, point))
    const missing = points.filter((_, i) => kept[i] === undefined)
    const tasks = missing.map((point) => this.#taskOf(point))
    const summaries = tasks.length === 0 ? [] : await this.#executor.map(tasks)
    let next = 0
    const trials = points.map(
      (point, i) => kept[i] ?? this.#trialOf(first + i, point, summaries[next++]!),
    )
    const fresh = trials.filter((_, i) => kept[i] === undefined)
    if (fresh.length > 0) await this.#options.journal?.record(fresh)
    this.#keep(trials)
    return trials
  }

  /**
   * Makes the best trial one on all bars: if there is none, the best so far runs on them. A journal
   * does not get that trial, since a search that goes on proposes another one in its place.
   */
  async bestOnAllBars(): Promise<void> {
    const best = this.#best!
    if (best.fidelity === undefined) return
    const { parameters } = best
    const [summary] = await this.#executor.map([this.#taskOf({ parameters })])
    this.#keep([this.#trialOf(this.trials.length, { parameters }, summary!)])
  }

  /** The answer to the proposal of a trial. */
  answerTo(id: number, { score, bankrupt, violation }: OptimizedTrial): Answer {
    const isScored = score !== undefined && bankrupt === undefined
    return {
      id,
      ...(isScored && { score: this.#definition.best === 'highest' ? score : -score }),
      ...(violation !== undefined && { violation }),
    }
  }

  /** Only trials on all bars are compared by their returns. */
  #taskOf({ parameters, fidelity }: Point): TrialTask {
    if (fidelity !== undefined) return { parameters, fidelity }
    const { returnBlocks = false } = this.#options
    return { parameters, ...(returnBlocks && { withReturnBlocks: true as const }) }
  }

  #trialOf(index: number, { parameters, fidelity }: Point, summary: TrialSummary): OptimizedTrial {
    checkObjective({ ...summary, index, parameters }, this.#definition.name)
    const violation = violationOf(summary, this.#options.constraints ?? {}, fidelity)
    return {
      index,
      parameters,
      ...(fidelity !== undefined && { fidelity }),
      ...summary,
      ...(violation > 0 && { violation }),
    }
  }

  #keptAt(index: number, { parameters, fidelity }: Point): OptimizedTrial | undefined {
    const kept = this.#done.get(index)
    if (kept === undefined) return undefined
    if (isDeepStrictEqual(kept.parameters, parameters) && kept.fidelity === fidelity) return kept
    throw new EngineError(
      'input-invalid',
      `trial ${index} of the journal has parameters ${JSON.stringify(kept.parameters)}, and the search proposes ${JSON.stringify(parameters)}; resume with the space, method, seed and batch of the journal, or start without it`,
    )
  }

  /** An executor that ignores the fidelity of its tasks would spend more than the search counts. */
  #checkShare(trial: OptimizedTrial): void {
    if (trial.fidelity === undefined) this.#whole ??= trial
    else this.#part ??= trial
    const [whole, part] = [this.#whole, this.#part]
    if (whole === undefined || part === undefined || part.bars < whole.bars) return
    throw new EngineError(
      'input-invalid',
      `trial ${part.index}, of a share of ${part.fidelity} of the sessions, ran on as many bars (${part.bars}) as trial ${whole.index}, of all; give the range rangeOf(task) to the backtests of the executor, and if it does, use a method without shares, since no bar is older than that share`,
    )
  }

  #keep(trials: readonly OptimizedTrial[]): void {
    for (const trial of trials) this.#checkShare(trial)
    this.trials.push(...trials)
    for (const { fidelity = 1 } of trials) this.#spent += fidelity
    const known = this.#best === undefined ? trials : [this.#best, ...trials]
    const largest = Math.max(...known.map(({ fidelity = 1 }) => fidelity))
    const candidates = known.filter(({ fidelity = 1 }) => fidelity === largest)
    const least = Math.min(...candidates.map(({ violation = 0 }) => violation))
    const feasible = candidates.filter(({ violation = 0 }) => violation === least)
    this.#best = ranked(feasible, this.#definition, (trial) => trial)[0]
  }
}
