import { isPositiveWhole } from '../../config-variables.js'
import { EngineError } from '../../errors.js'
import type { MethodName } from '../../samplers/methods.js'
import type { FidelityOptions } from '../../samplers/sampler.js'
import { BATCH } from './optimize.js'
import type { ResultConstraints } from './result-constraints.js'

/** How to search. What is absent has the value of `resolvedPlan`. */
export interface SearchPlan {
  /** `tpe` if absent. */
  readonly method?: MethodName
  /** Backtests to spend; 100 if absent, and all points for the grid. */
  readonly trials?: number
  /** Shares of the bars for the methods that use them. */
  readonly fidelity?: FidelityOptions
  /** A whole number from 0; 1 if absent. */
  readonly seed?: number
  /** Trials that are proposed at a time; 8 if absent. The outcome depends on it. */
  readonly batch?: number
  /** What the result of a trial must satisfy. */
  readonly constraints?: ResultConstraints
  /** If present, the search is also repeated in each window, and its winner tested after it. */
  readonly windows?: SearchWindows
}

/** Windows of a walk-forward test, in sessions (trading days). */
export interface SearchWindows {
  /** Length of the segment that is searched. */
  readonly train: number
  /** Length of the segment after it, on which the best trial runs once; also the step. */
  readonly test: number
  /** With `rolling`, the usual one, the train segment moves; with `anchored`, its start stays. */
  readonly mode?: 'rolling' | 'anchored'
}

/** A plan without gaps; without trials, a whole grid. */
export interface ResolvedPlan extends SearchPlan {
  readonly method: MethodName
  readonly seed: number
  readonly batch: number
  readonly constraints: ResultConstraints
}

const METHOD: MethodName = 'tpe'
const TRIALS = 100

/**
 * A plan from that of a module and what replaces it, field by field; single constraints replace
 * single ones.
 *
 * @throws {EngineError} `input-invalid`: windows with a length that is not a positive whole number
 */
export function resolvedPlan(module: SearchPlan, given: SearchPlan = {}): ResolvedPlan {
  const method = given.method ?? module.method ?? METHOD
  const trials = given.trials ?? module.trials ?? (method === 'grid' ? undefined : TRIALS)
  const fidelity = given.fidelity ?? module.fidelity
  const windows = given.windows ?? module.windows
  if (windows !== undefined) checkWindows(windows)
  return {
    method,
    ...(trials !== undefined && { trials }),
    ...(fidelity !== undefined && { fidelity }),
    seed: given.seed ?? module.seed ?? 1,
    batch: given.batch ?? module.batch ?? BATCH,
    constraints: { ...module.constraints, ...given.constraints },
    ...(windows !== undefined && { windows }),
  }
}

function checkWindows({ train, test, mode = 'rolling' }: SearchWindows): void {
  for (const [name, length] of Object.entries({ train, test }))
    if (!isPositiveWhole(length))
      throw new EngineError(
        'input-invalid',
        `windows with a ${name} segment of ${length}; give a number of sessions, at least 1`,
      )
  if (mode === 'rolling' || mode === 'anchored') return
  throw new EngineError('input-invalid', `windows of mode ${mode}; give rolling or anchored`)
}
