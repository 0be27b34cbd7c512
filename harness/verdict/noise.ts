import type { z } from 'zod'
import type { noiseClassSchema } from '../evidence/field-schemas.js'
import { tQuantile } from '../statistics/student-t.js'
import type { TrimmedEstimate } from '../statistics/trimmed.js'
import type { Bounds } from './bounds.js'

/** How much one pair varies. */
export interface Noise {
  readonly class: z.infer<typeof noiseClassSchema>
  /**
   * SE·√n, a fraction: the standard deviation of a single pair, if its noise is normal.
   */
  readonly effectiveSd: number
}

/**
 * The smallest effects certified at this noise with 80 % power: fractions, or the mean of a
 * budget.
 */
export interface CertifiableEffect {
  readonly certifiable?: number | undefined
  readonly certifiableSlowdown?: number | undefined
  readonly certifiableEquivalence?: number | undefined
}

const GREEN_UP_TO = 0.03
const YELLOW_UP_TO = 0.08
/** The probability with which a certifiable effect is certified. */
export const POWER = 0.8

/** Derives how much one pair varies from the estimate over all pairs. */
export function noiseOf({ se, n }: TrimmedEstimate): Noise {
  const effectiveSd = se * Math.sqrt(n)
  return {
    class: effectiveSd <= GREEN_UP_TO ? 'GREEN' : effectiveSd <= YELLOW_UP_TO ? 'YELLOW' : 'RED',
    effectiveSd,
  }
}

/**
 * The smallest true improvement that is certified as at least θ with 80 % power, at this noise and
 * number of pairs: 1 − (1 − θ)·exp(−(c + t⁻¹(0.8, df))·effectiveSd/√n).
 *
 * @returns a fraction
 * @source Cohen 1988, Statistical Power Analysis (the margin between effect and limit is the
 * critical value plus the quantile of the power); docs/methodology.md
 */
export function certifiableImprovement(noise: Noise, bounds: Bounds, atLeast: number): number {
  return 1 - (1 - atLeast) * Math.exp(-reach(noise, bounds, POWER))
}

/**
 * The largest true slowdown that is certified as less than θ with 80 % power: (1 + θ)·exp(−(c +
 * t⁻¹(0.8, df))·effectiveSd/√n) − 1.
 *
 * @returns a fraction; negative if only a faster candidate passes
 * @source as `certifiableImprovement`
 */
export function certifiableSlowdown(noise: Noise, bounds: Bounds, atMost: number): number {
  return (1 + atMost) * Math.exp(-reach(noise, bounds, POWER)) - 1
}

/**
 * The smallest true slowdown that is certified as at least θ with 80 % power: (1 + θ)·exp((c +
 * t⁻¹(0.8, df))·effectiveSd/√n) − 1.
 *
 * @returns a fraction
 * @source as `certifiableImprovement`
 */
export function certifiableRegression(noise: Noise, bounds: Bounds, atMost: number): number {
  return (1 + atMost) * Math.exp(reach(noise, bounds, POWER)) - 1
}

/**
 * The smallest margin within which an unchanged candidate is certified as equivalent with 80 %
 * power: exp((c + t⁻¹(0.9, df))·effectiveSd/√n) − 1, because each of the two tests misses with
 * probability 0.1.
 *
 * @returns a fraction
 * @source Phillips 1990, J. Pharmacokinet. Biopharm. 18 (power of two one-sided tests)
 */
export function certifiableEquivalence(noise: Noise, bounds: Bounds): number {
  return Math.expm1(reach(noise, bounds, 1 - (1 - POWER) / 2))
}

/** The distance from the true value, log scale, within which a bound lies with this probability. */
function reach(noise: Noise, { critical, df, pairs }: Bounds, power: number): number {
  return ((critical + tQuantile(power, df)) * noise.effectiveSd) / Math.sqrt(pairs)
}
