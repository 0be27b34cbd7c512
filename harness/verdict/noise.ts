import { tQuantile } from '../statistics/student-t.js'
import type { TrimmedEstimate } from '../statistics/trimmed.js'
import type { Bounds } from './look.js'

type NoiseClass = 'GREEN' | 'YELLOW' | 'RED'

/** How much one pair varies. */
export interface Noise {
  readonly class: NoiseClass
  /**
   * SE·√n: the standard deviation a single pair would have if its noise were normal, a fraction.
   */
  readonly effectiveSd: number
}

const GREEN_UP_TO = 0.03
const YELLOW_UP_TO = 0.08
/** How often what is called certifiable is certified. */
export const POWER = 0.8

export function noiseOf({ se, n }: TrimmedEstimate): Noise {
  const effectiveSd = se * Math.sqrt(n)
  return {
    class: effectiveSd <= GREEN_UP_TO ? 'GREEN' : effectiveSd <= YELLOW_UP_TO ? 'YELLOW' : 'RED',
    effectiveSd,
  }
}

/**
 * The smallest true improvement that this many pairs of this noise certify as ≥ θ four times in
 * five: 1 − (1 − θ)·exp(−(c + t⁻¹(0.8, df))·effectiveSd/√n).
 *
 * @returns a fraction
 * @source Cohen 1988, Statistical Power Analysis (a bound misses by its critical value and the
 * quantile of the power); docs/methodology.md
 */
export function certifiableImprovement(noise: Noise, bounds: Bounds, atLeast: number): number {
  return 1 - (1 - atLeast) * Math.exp(-reach(noise, bounds, POWER))
}

/**
 * The largest true slowdown that is certified as less than θ four times in five: (1 + θ)·exp(−(c +
 * t⁻¹(0.8, df))·effectiveSd/√n) − 1.
 *
 * @returns a fraction; negative where only a candidate that is faster by that much would pass
 * @source as `certifiableImprovement`
 */
export function certifiableSlowdown(noise: Noise, bounds: Bounds, atMost: number): number {
  return (1 + atMost) * Math.exp(-reach(noise, bounds, POWER)) - 1
}

/**
 * The smallest true slowdown that is certified as at least θ four times in five: (1 + θ)·exp((c +
 * t⁻¹(0.8, df))·effectiveSd/√n) − 1.
 *
 * @returns a fraction
 * @source as `certifiableImprovement`
 */
export function certifiableRegression(noise: Noise, bounds: Bounds, atMost: number): number {
  return (1 + atMost) * Math.exp(reach(noise, bounds, POWER)) - 1
}

/**
 * The smallest margin within which a candidate that changes nothing is certified as equivalent four
 * times in five: exp((c + t⁻¹(0.9, df))·effectiveSd/√n) − 1, each of the two tests missing one time
 * in ten.
 *
 * @returns a fraction
 * @source Phillips 1990, J. Pharmacokinet. Biopharm. 18 (power of two one-sided tests)
 */
export function certifiableEquivalence(noise: Noise, bounds: Bounds): number {
  return Math.expm1(reach(noise, bounds, 1 - (1 - POWER) / 2))
}

/** How far a bound lies beyond the truth at most, with this probability; log scale. */
function reach(noise: Noise, { critical, df, pairs }: Bounds, power: number): number {
  return ((critical + tQuantile(power, df)) * noise.effectiveSd) / Math.sqrt(pairs)
}
