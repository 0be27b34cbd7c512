import type { Interval } from '../statistics/interval.js'
import { tInterval } from '../statistics/interval.js'
import type { TrimmedEstimate } from '../statistics/trimmed.js'
import { improvementInterval, improvementOf } from './compare.js'

/** The candidate against the pure baseline. */
export interface Cumulative {
  readonly improvement: number
  /** Absent where the pairs do not vary. */
  readonly ci95?: Interval
  readonly speedup: number
}

/**
 * The geometric mean of the ratios of several workloads, each counting the same.
 *
 * @param estimates one per workload, log scale, at least one; made of different runs, hence independent
 * @source Satterthwaite 1946, Biometrics Bull. 2 (degrees of freedom of a sum of variances); for one workload this is its own interval
 */
export function cumulate(estimates: readonly TrimmedEstimate[]): Cumulative {
  const count = estimates.length
  const m = estimates.reduce((total, { m: each }) => total + each, 0) / count
  const variance = estimates.reduce((total, { se }) => total + se ** 2, 0)
  const cumulative = { improvement: improvementOf(m), speedup: Math.exp(-m) }
  if (variance === 0) return cumulative
  const df = variance ** 2 / estimates.reduce((total, { se, df: each }) => total + se ** 4 / each, 0)
  return { ...cumulative, ci95: improvementInterval(tInterval(m, Math.sqrt(variance) / count, df)) }
}
