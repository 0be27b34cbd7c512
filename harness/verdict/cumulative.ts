import { type Interval, tInterval } from '../statistics/interval.js'
import { improvementInterval, improvementOf } from './compare.js'

/** An estimate of ln(candidate / other arm) with its standard error. */
export interface LogChange {
  readonly m: number
  /** Exactly 0 if the pairs do not vary. */
  readonly se: number
  readonly df: number
}

/** The candidate against the pure baseline. */
export interface Cumulative {
  readonly improvement: number
  /** Absent if the pairs do not vary. */
  readonly ci95?: Interval
  readonly speedup: number
}

/** Averages several workloads (`averageChange`) and gives the result as improvement and speedup. */
export function cumulate(estimates: readonly LogChange[]): Cumulative {
  return toCumulative(averageChange(estimates))
}

/** Turns a log change into improvement and speedup. */
export function toCumulative({ m, se, df }: LogChange): Cumulative {
  const cumulative = { improvement: improvementOf(m), speedup: Math.exp(-m) }
  return se === 0 ? cumulative : { ...cumulative, ci95: improvementInterval(tInterval(m, se, df)) }
}

/**
 * The geometric mean of the ratios of several workloads, with equal weights.
 *
 * @param changes one per workload, at least one; they are independent because they come from
 * different runs
 * @source Satterthwaite 1946, Biometrics Bull. 2 (degrees of freedom of a sum of variances); for a
 * single workload the result is its own interval
 */
export function averageChange(changes: readonly LogChange[]): LogChange {
  const { m, se, df } = multiplyChanges(changes)
  return { m: m / changes.length, se: se / changes.length, df }
}

/**
 * The product of the ratios of successive layers. Ratios multiply; percentages do not add.
 *
 * @param changes one per layer, at least one; they are independent because they come from
 * different runs
 * @source Satterthwaite 1946, the same as for `averageChange`
 */
export function multiplyChanges(changes: readonly LogChange[]): LogChange {
  const m = changes.reduce((total, { m: each }) => total + each, 0)
  const variance = changes.reduce((total, { se }) => total + se ** 2, 0)
  if (variance === 0) return { m, se: 0, df: Math.min(...changes.map(({ df }) => df)) }
  const df = variance ** 2 / changes.reduce((total, { se, df: each }) => total + se ** 4 / each, 0)
  return { m, se: Math.sqrt(variance), df }
}
