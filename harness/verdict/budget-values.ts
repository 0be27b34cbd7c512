import type { RunRecord } from '../evidence/run-record.js'
import { autocorrelationInflation } from '../statistics/autocorrelation.js'
import { summarize } from '../statistics/interval.js'
import { LARGEST_VALUE, SMALLEST_VALUE } from '../statistics/moments.js'
import type { Round } from './rounds.js'

/** The mean of a counter and its standard error, in the unit of the counter. */
export interface BudgetEstimate {
  readonly n: number
  readonly m: number
  /** Exactly 0 if the values do not vary; m is then that value. */
  readonly se: number
  /** `se`, inflated if consecutive values are correlated. */
  readonly seUsed: number
  readonly df: number
}

/** Names of the values that are measured in every run. */
const MEASURED = ['cpuMs', 'wallMs', 'coldWallMs', 'peakRssBytes', 'heapBytes'] as const
const HIT_RATE = /\.hitRate$/

/**
 * The candidate's values of a counter, in order of pairs.
 *
 * @returns undefined if a run of the candidate lacks the counter, because a value that was not
 * counted cannot keep a budget
 */
export function budgetValues(
  rounds: readonly Round[],
  counter: string,
): readonly number[] | undefined {
  const values = rounds.map(({ runs }) => runs.candidate && candidateValue(runs.candidate, counter))
  return values.every((value) => value !== undefined) ? values : undefined
}

/**
 * The plain mean with its standard error. Nothing is trimmed: a budget limits the real use, slow
 * runs included.
 *
 * @param values n ≥ 2, finite
 * @source Student 1908, Biometrika 6
 */
export function estimateBudget(values: readonly number[]): BudgetEstimate {
  const n = values.length
  const first = values[0]!
  if (values.every((value) => value === first)) return { n, m: first, se: 0, seUsed: 0, df: n - 1 }
  const { mean, sd } = summarize(values)
  const se = sd / Math.sqrt(n)
  return { n, m: mean, se, seUsed: se * autocorrelationInflation(values), df: n - 1 }
}

/**
 * Measured values come first, so that a counter cannot replace a time by using its name. A
 * measured value must be above 0 and a counter at least 0; any other value counts as missing.
 */
function candidateValue(run: RunRecord, counter: string): number | undefined {
  const measured = MEASURED.find((name) => name === counter)
  if (measured !== undefined) return isPositive(run[measured]) ? run[measured] : undefined
  return countOf(run, counter) ?? hitRateOf(run, counter)
}

/** Undefined if the counter is absent, negative or not finite. */
function countOf({ counters }: RunRecord, counter: string): number | undefined {
  const count = Object.hasOwn(counters, counter) ? counters[counter] : undefined
  return count === 0 || isPositive(count) ? count : undefined
}

/**
 * Whether the value is above 0 and in the range that statistics are computed for. The variance of
 * smaller values would round to 0.
 */
function isPositive(value: number | undefined): boolean {
  return value !== undefined && value >= SMALLEST_VALUE && value <= LARGEST_VALUE
}

/** hits / (hits + misses). Undefined if both are 0: an unused cache does not have a hit rate. */
function hitRateOf(run: RunRecord, counter: string): number | undefined {
  if (!HIT_RATE.test(counter) || Object.hasOwn(run.counters, counter)) return undefined
  const cache = counter.replace(HIT_RATE, '')
  const hits = countOf(run, `${cache}.hits`)
  const misses = countOf(run, `${cache}.misses`)
  return hits === undefined || misses === undefined || hits + misses <= 0
    ? undefined
    : hits / (hits + misses)
}
