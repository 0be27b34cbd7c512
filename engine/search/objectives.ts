import { EngineError } from '../errors.js'
import { exact } from '../market/exact.js'
import { checkChoice } from '../simulation/choice.js'
import type { BacktestResult, Trade } from '../simulation/result.js'
import type { RunFigures } from '../simulation/run-figures.js'

/** An objective of the engine; `DEFINITIONS` defines each. */
export type ObjectiveName =
  | 'final-equity'
  | 'total-return'
  | 'sharpe'
  | 'max-drawdown'
  | 'calmar'
  | 'profit-factor'

/** An objective of one's own: a pure function of the result. */
export interface OwnObjective {
  /** Different from the names of the engine's objectives. */
  readonly name: string
  /** If absent, the highest score is the best. */
  readonly best?: 'highest' | 'lowest'
  /** The value to compare; if undefined or not finite, the trial has no score and ranks last. */
  score(result: BacktestResult): number | undefined
}

/** What a search optimises. */
export type Objective = ObjectiveName | OwnObjective

/** An objective as a search applies it. */
export interface ObjectiveDefinition {
  readonly name: string
  readonly best: 'highest' | 'lowest'
  /** Whether the exact final equity decides between equal scores: a double may round it. */
  readonly isEquity: boolean
  /** A finite number, or undefined. */
  score(figures: RunFigures, result: () => BacktestResult): number | undefined
}

type Definition = Pick<ObjectiveDefinition, 'best' | 'score'>

const DEFINITIONS: Readonly<Record<ObjectiveName, Definition>> = {
  /** The final equity; as a score, the nearest double. */
  'final-equity': { best: 'highest', score: (_, result) => Number(result().finalEquity) },
  /** Last equity ÷ starting cash − 1. */
  'total-return': { best: 'highest', score: ({ totalReturn }) => totalReturn },
  /** The Sharpe ratio of the metrics; undefined without variance. */
  sharpe: { best: 'highest', score: ({ sharpe }) => sharpe },
  /** The deepest fall from a peak, as a positive fraction of the peak. */
  'max-drawdown': { best: 'lowest', score: ({ maxDrawdown }) => maxDrawdown },
  /** Annual return ÷ maximum drawdown; undefined without a drawdown or an annual return. */
  calmar: {
    best: 'highest',
    score: ({ annualReturn, maxDrawdown }) =>
      annualReturn === undefined ? undefined : annualReturn / maxDrawdown,
  },
  /**
   * Profit of the closed trades that gained ÷ loss of those that lost, each an exact sum; undefined
   * if none lost.
   */
  'profit-factor': { best: 'highest', score: (_, result) => profitFactor(result().trades) },
}

/** The names of all objectives of the engine. */
export const OBJECTIVES: readonly ObjectiveName[] = Object.keys(DEFINITIONS) as ObjectiveName[]

/**
 * The definition of an objective.
 *
 * @throws {EngineError} `input-invalid`: an unknown name, or an objective of one's own without a
 * name, with the name of another objective, or without a function
 */
export function definitionOf(objective: Objective): ObjectiveDefinition {
  if (typeof objective === 'object' && objective !== null) return ownDefinition(objective)
  checkChoice('objective', objective, OBJECTIVES)
  const { best, score } = DEFINITIONS[objective]
  return {
    name: objective,
    best,
    isEquity: objective === 'final-equity',
    score: (figures, result) => finite(score(figures, result)),
  }
}

function ownDefinition(own: OwnObjective): ObjectiveDefinition {
  const { name, best = 'highest' } = own
  if (typeof name !== 'string' || name === '' || OBJECTIVES.includes(name as ObjectiveName))
    throw new EngineError(
      'input-invalid',
      `an objective of one's own named '${String(name)}'; give it a name other than ${OBJECTIVES.join(', ')}`,
    )
  checkChoice(`best of objective ${name}`, best, ['highest', 'lowest'])
  if (typeof own.score !== 'function')
    throw new EngineError('input-invalid', `objective ${name} has no score; give it a function`)
  const score = (_: RunFigures, result: () => BacktestResult): number | undefined => {
    const value: unknown = own.score(result())
    if (value === undefined || typeof value === 'number') return finite(value)
    throw new EngineError(
      'input-invalid',
      `objective ${name} returned ${kindOf(value)}; return a number, or undefined for no score`,
    )
  }
  return { name, best, isEquity: false, score }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return value instanceof Promise ? 'a promise' : `a value of type ${typeof value}`
}

function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

function profitFactor(trades: readonly Trade[]): number | undefined {
  let gained = exact(0)
  let lost = exact(0)
  for (const { closed, profit } of trades) {
    if (closed === undefined) continue
    const amount = exact(profit)
    if (amount.gt(0)) gained = gained.plus(amount)
    else lost = lost.minus(amount)
  }
  return lost.isZero() ? undefined : gained.div(lost).toNumber()
}
