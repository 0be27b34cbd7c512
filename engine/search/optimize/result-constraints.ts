import { EngineError } from '../../errors.js'
import type { TrialSummary } from '../trial-summary.js'

/** What the result of a trial must satisfy. */
export interface ResultConstraints {
  /** Fewest closed trades; of a trial on a share of the bars, that share of them. */
  readonly minTrades?: number
  /** Fewest fills; likewise. */
  readonly minFills?: number
  /** The deepest fall from a peak allowed, as a positive fraction of the peak. */
  readonly maxDrawdown?: number
  /** Each returns by how much a trial breaks a constraint: 0 or less if it holds. */
  readonly own?: readonly ((trial: TrialSummary) => number)[]
}

/**
 * By how much a trial breaks the constraints, as a sum of fractions: 0 if they hold. Of missing
 * trades it is the missing part, of a drawdown the excess.
 *
 * @param share  of the bars on which the trial ran, in (0, 1]
 * @throws {EngineError} `input-invalid`: a constraint of one's own returned no number
 */
export function violationOf(
  trial: TrialSummary,
  { minTrades = 0, minFills = 0, maxDrawdown = 1, own = [] }: ResultConstraints,
  share = 1,
): number {
  const trades = missing(trial.closedTrades, minTrades * share)
  const fills = missing(trial.fills, minFills * share)
  const excess = Math.max(0, trial.maxDrawdown - maxDrawdown)
  return own.reduce(
    (sum, violation) => sum + ownViolation(violation(trial)),
    trades + fills + excess,
  )
}

/**
 * Checks constraints where a search gets them.
 *
 * @throws {EngineError} `input-invalid`: a bound below zero or not finite, or no function
 */
export function checkConstraints({ own = [], ...bounds }: ResultConstraints): void {
  for (const [name, bound] of Object.entries(bounds))
    if (!(Number.isFinite(bound) && bound >= 0))
      throw new EngineError('input-invalid', `${name} ${bound}; give a number, at least 0`)
  for (const constraint of own)
    if (typeof constraint !== 'function')
      throw new EngineError('input-invalid', `a constraint that is not a function; give a function`)
}

function missing(found: number, wanted: number): number {
  return found >= wanted ? 0 : (wanted - found) / wanted
}

function ownViolation(value: unknown): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return Math.max(0, value)
  throw new EngineError(
    'input-invalid',
    `a constraint of one's own returned ${String(value)}; return by how much it is broken, a number`,
  )
}
