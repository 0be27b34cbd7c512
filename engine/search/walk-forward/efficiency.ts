import { annualised } from '../../simulation/metrics.js'
import type { BacktestResult } from '../../simulation/result.js'
import { quickFigures } from '../../simulation/run-figures.js'

/** A yearly return below this is a residue of rounding, so dividing by it would be meaningless. */
const LEAST_RETURN = 1e-12

/**
 * Walk-forward efficiency: a yearly test return ÷ a yearly train return; without the field unless
 * the latter is above zero.
 */
export function efficiencyOf(
  test: number | undefined,
  train: number | undefined,
): { readonly efficiency?: number } {
  if (test === undefined || train === undefined || train < LEAST_RETURN) return {}
  return { efficiency: test / train }
}

/** The return per year of a result; undefined where its metrics have none. */
export function annualOf(result: BacktestResult): number | undefined {
  const { annualReturn, totalReturn } = quickFigures(result)
  return annualReturn === undefined
    ? undefined
    : annualised(1 + totalReturn, result.sessions, result.periodsPerYear)
}

/** The mean; undefined if a value is. */
export function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const present = values.filter((value) => value !== undefined)
  return present.length === values.length
    ? present.reduce((sum, value) => sum + value, 0) / present.length
    : undefined
}
