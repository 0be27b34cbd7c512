import { exact } from '../market/exact.js'
import type { BacktestResult } from '../simulation/result.js'
import type { ObjectiveDefinition } from './objectives.js'

/** What a rank depends on. */
export interface Scored {
  readonly index: number
  readonly score?: number
}

/**
 * Sorts trials, the best first; of equal ones, the earlier comes first. Trials without a score come
 * after all others, and after them those that were bankrupt, whatever they gained afterwards:
 * nothing grows from zero or less.
 *
 * @param outcomeOf  whether a trial was bankrupt, and its final equity
 */
export function ranked<T extends Scored>(
  trials: readonly T[],
  { best, isEquity }: ObjectiveDefinition,
  outcomeOf: (trial: T) => Pick<BacktestResult, 'bankrupt' | 'finalEquity'>,
): readonly T[] {
  const sign = best === 'highest' ? 1 : -1
  const isBankrupt = (trial: T): number => Number(outcomeOf(trial).bankrupt !== undefined)
  const equityOf = (trial: T) => exact(outcomeOf(trial).finalEquity)
  return [...trials].sort(
    (a, b) =>
      isBankrupt(a) - isBankrupt(b) ||
      Number(a.score === undefined) - Number(b.score === undefined) ||
      sign * ((b.score ?? 0) - (a.score ?? 0)) ||
      (isEquity ? equityOf(b).cmp(equityOf(a)) : 0) ||
      a.index - b.index,
  )
}
