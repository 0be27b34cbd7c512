import { isPositiveWhole } from '../../config-variables.js'
import { EngineError } from '../../errors.js'
import { type MethodName, makeSampler } from '../../samplers/methods.js'
import type { FidelityOptions, Sampler } from '../../samplers/sampler.js'
import type { BacktestResult } from '../../simulation/result.js'
import { definitionOf, type Objective } from '../objectives.js'
import type { ParameterSpace } from '../parameter-space.js'
import { rerun, type SearchExecutors, type SearchOutcome } from '../search.js'
import {
  type FidelityCorrelation,
  fidelityCorrelations,
  fidelityNote,
  keptForComparison,
  trialsToCompare,
} from './fidelity-correlation.js'
import { checkConstraints, type ResultConstraints } from './result-constraints.js'
import { type OptimizedTrial, type TrialJournal, TrialRunner } from './trial-runner.js'

export interface OptimizeOptions {
  readonly method: MethodName
  /**
   * How many backtests to spend. If absent, all points of the space: for the grid only. A backtest
   * on a share of the bars counts as that share; methods that use some spend up to 1 more, or up to
   * 1.5 less.
   */
  readonly trials?: number
  /** The shares of the bars that successive halving, Hyperband and BOHB use. */
  readonly fidelity?: FidelityOptions
  /** A whole number from 0; 1 if absent. */
  readonly seed?: number
  /** `total-return` if absent. */
  readonly objective?: Objective
  /**
   * How many trials run at a time, before the method learns from them; 8 if absent. The outcome
   * depends on it, and does not depend on the number of workers.
   */
  readonly batch?: number
  /** A trial that breaks them is the best only if all do. */
  readonly constraints?: ResultConstraints
  /** Called after each batch. */
  readonly onProgress?: (progress: OptimizeProgress) => void
  /** Stops the search after the batch that runs; what is done is the outcome. */
  readonly signal?: AbortSignal
  /** Keeps trials, so that an interrupted search can go on. */
  readonly journal?: TrialJournal
  /** Whether trials keep the sums of returns that `overfittingOf` needs: 32 numbers each. */
  readonly returnBlocks?: boolean
}

/** How far a search is. */
export interface OptimizeProgress {
  /** Trials done, those of the journal included. */
  readonly trials: number
  /** Backtests spent. */
  readonly spent: number
  /** Backtests to spend; infinite for a whole grid. */
  readonly budget: number
  /** The best trial so far, of those on the largest share of the bars. */
  readonly best: OptimizedTrial
}

export interface OptimizeOutcome<Result extends BacktestResult = BacktestResult>
  extends SearchOutcome<Result> {
  readonly method: MethodName
  readonly seed: number
  /**
   * In the order in which they were proposed. If none of them ran on all bars, the last is the best
   * of them on all bars; a journal does not get it.
   */
  readonly trials: readonly OptimizedTrial[]
  readonly best: OptimizedTrial & { readonly result: Result }
  /** Backtests spent. */
  readonly spent: number
  /** Whether a signal ended the search. */
  readonly stopped: boolean
  /** For each share of the bars that trials ran on, the smallest first; if there is one. */
  readonly fidelityCorrelation?: readonly FidelityCorrelation[]
  /** A sentence for the user if shares of the bars do not foretell scores, or are not shown to. */
  readonly fidelityNote?: string
}

/** Trials of a batch, unless the options give another number. */
export const BATCH = 8

/**
 * Searches a space with a method and runs the best trial again in full. The outcome depends on the
 * space, the options and the backtests, and not on the executors: a batch is proposed, runs whole,
 * and is learned from in the order of the proposals.
 *
 * @throws {EngineError} `input-invalid`: options out of range, see `definitionOf` and
 * `makeSampler`; no trials for a method other than the grid; or a journal of another search.
 * `bundle-changed`: the trials ran on different versions of the bundle; `search-differs`: see
 * `rerun`
 * @throws the reason of the signal, if it was given before the first batch was done
 */
export async function optimize<Result extends BacktestResult>(
  space: ParameterSpace,
  executors: SearchExecutors<Result>,
  options: OptimizeOptions,
): Promise<OptimizeOutcome<Result>> {
  const { method, seed = 1, objective = 'total-return', fidelity = {} } = options
  const definition = definitionOf(objective)
  const budget = budgetOf(options)
  const sampler = makeSampler(space, method, { seed, fidelity })
  const runner = new TrialRunner(executors.trials, definition, options)
  const stopped = await drive(sampler, runner, budget, options)
  await runner.bestOnAllBars()
  if (!stopped) await compareShares(runner, budget, options)
  const best = runner.best()!
  const result = await rerun(best, executors.backtests, objective)
  return {
    objective: definition.name,
    method,
    seed,
    trials: runner.trials,
    best: { ...best, result },
    spent: runner.spent,
    stopped,
    ...correlationOf(method, runner.trials),
  }
}

/**
 * Runs some points on further shares of the bars, with what is left of the budget for this, so that
 * the outcome can state how well these foretell the scores on all bars; a signal ends it early.
 */
async function compareShares(
  runner: TrialRunner,
  budget: number,
  { signal }: OptimizeOptions,
): Promise<void> {
  const most = Math.min(keptForComparison(budget), budget - runner.spent)
  const points = trialsToCompare(runner.trials, most)
  if (points.length === 0 || signal?.aborted) return
  await runner.run(points).catch((failure: unknown) => {
    if (!signal?.aborted) throw failure
  })
}

function correlationOf(
  method: string,
  trials: readonly OptimizedTrial[],
): Pick<OptimizeOutcome, 'fidelityCorrelation' | 'fidelityNote'> {
  const correlations = fidelityCorrelations(trials)
  if (correlations.length === 0) return {}
  const note = fidelityNote(method, correlations)
  return {
    fidelityCorrelation: correlations,
    ...(note !== undefined && { fidelityNote: note }),
  }
}

/**
 * Checks the options of a search without running any of it.
 *
 * @throws {EngineError} `input-invalid`: see `optimize`
 */
export function checkOptions(space: ParameterSpace, options: OptimizeOptions): void {
  const { method, seed = 1, objective = 'total-return', fidelity = {} } = options
  definitionOf(objective)
  budgetOf(options)
  makeSampler(space, method, { seed, fidelity })
}

/** Runs batches until the budget is spent or the method is exhausted; true if a signal ended it. */
async function drive(
  sampler: Sampler,
  runner: TrialRunner,
  budget: number,
  { batch = BATCH, signal, onProgress }: OptimizeOptions,
): Promise<boolean> {
  for (let room = roomOf(runner, budget); room > 0; room = roomOf(runner, budget)) {
    if (signal?.aborted) return stoppedBy(signal, runner)
    const proposals = sampler.ask(Math.min(batch, Math.ceil(room)))
    if (proposals.length === 0) return false
    const trials = await runner.run(proposals).catch((failure: unknown) => {
      if (signal?.aborted) return undefined
      throw failure
    })
    if (trials === undefined) return stoppedBy(signal!, runner)
    sampler.tell(trials.map((trial, i) => runner.answerTo(proposals[i]!.id, trial)))
    onProgress?.({
      trials: runner.trials.length,
      spent: runner.spent,
      budget,
      best: runner.best()!,
    })
  }
  return false
}

/**
 * How many backtests the method may still spend. As long as no trial ran on all bars, one is kept
 * for the best of them; if trials ran on shares of the bars, a part is kept to compare them.
 */
function roomOf(runner: TrialRunner, budget: number): number {
  const left = budget - runner.spent
  const best = runner.best()
  if (best?.fidelity !== undefined) return left < 1 ? 0 : left
  return runner.usesShares ? left - keptForComparison(budget) : left
}

function stoppedBy(signal: AbortSignal, { trials }: TrialRunner): true {
  if (trials.length === 0) throw signal.reason
  return true
}

function budgetOf({ method, trials, batch = BATCH, constraints = {} }: OptimizeOptions): number {
  checkConstraints(constraints)
  checkCount('batch', batch)
  if (trials === undefined && method === 'grid') return Number.POSITIVE_INFINITY
  if (trials === undefined)
    throw new EngineError(
      'input-invalid',
      `method ${method} without a number of trials; give trials, which only the grid can do without`,
    )
  checkCount('trials', trials)
  return trials
}

function checkCount(name: string, count: number): void {
  if (isPositiveWhole(count)) return
  throw new EngineError('input-invalid', `${name} ${count}; give a whole number, at least 1`)
}
