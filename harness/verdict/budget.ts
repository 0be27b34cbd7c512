import type { Budget } from '../contract.js'
import type { RunRecord } from '../evidence/run-record.js'
import { autocorrelationInflation } from '../statistics/autocorrelation.js'
import { summarize } from '../statistics/interval.js'
import { LARGEST_VALUE, SMALLEST_VALUE } from '../statistics/moments.js'
import { tQuantile } from '../statistics/student-t.js'
import type { Bounds } from './look.js'
import { POWER } from './noise.js'
import type { Round } from './rounds.js'

/** The mean of what a budget counts and how well it is known, in the unit of the counter. */
export interface BudgetEstimate {
  readonly n: number
  readonly m: number
  /** Exactly 0 where the values do not vary: then m is the value itself. */
  readonly se: number
  /** `se`, inflated where consecutive values are visibly correlated. */
  readonly seUsed: number
  readonly df: number
}

const OWN_VALUES = ['cpuMs', 'wallMs', 'coldWallMs', 'peakRssBytes', 'heapBytes'] as const
const HIT_RATE = /\.hitRate$/

/**
 * The candidate's values of what a budget counts, in order of pairs.
 *
 * @returns undefined where some run of the candidate lacks it: what was not counted cannot be
 * within a budget
 */
export function budgetValues(
  rounds: readonly Round[],
  counter: string,
): readonly number[] | undefined {
  const values = rounds.map(({ runs }) => runs.candidate && countedIn(runs.candidate, counter))
  return values.every((value) => value !== undefined) ? values : undefined
}

/**
 * The plain mean with its standard error: nothing trimmed, since a budget is about what is used,
 * bad runs included.
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
 * The mean closest to the limit that these runs still certify as within the budget four times in
 * five: the limit ∓ (c + t⁻¹(0.8, df))·SE.
 *
 * @returns in the unit of what is counted
 */
export function certifiableMean(budget: Budget, { critical, df, seUsed }: Bounds): number {
  const reach = (critical + tQuantile(POWER, df)) * seUsed
  return 'atMost' in budget ? budget.atMost - reach : budget.atLeast + reach
}

/**
 * What every run measures comes first: no counter can pass itself off as a time. A time or a size
 * of nothing was not measured, and less than nothing was not counted: neither may keep a limit.
 */
function countedIn(run: RunRecord, counter: string): number | undefined {
  const own = OWN_VALUES.find((name) => name === counter)
  if (own !== undefined) return isPositive(run[own]) ? run[own] : undefined
  const counted = ownCount(run, counter)
  return counted ?? hitRateOf(run, counter)
}

/** Undefined where it is absent or no count. */
function ownCount({ counters }: RunRecord, counter: string): number | undefined {
  const counted = Object.hasOwn(counters, counter) ? counters[counter] : undefined
  return counted === 0 || isPositive(counted) ? counted : undefined
}

/** Above zero, and in the range that statistics are computed for: a smaller variance would be 0. */
function isPositive(value: number | undefined): boolean {
  return value !== undefined && value >= SMALLEST_VALUE && value <= LARGEST_VALUE
}

/**
 * hits / (hits + misses); undefined where there was neither, so that a cache nobody asked keeps no
 * promise.
 */
function hitRateOf(run: RunRecord, counter: string): number | undefined {
  if (!HIT_RATE.test(counter) || Object.hasOwn(run.counters, counter)) return undefined
  const cache = counter.replace(HIT_RATE, '')
  const hits = ownCount(run, `${cache}.hits`)
  const misses = ownCount(run, `${cache}.misses`)
  return hits === undefined || misses === undefined || hits + misses <= 0
    ? undefined
    : hits / (hits + misses)
}
