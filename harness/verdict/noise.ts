import { tQuantile } from '../statistics/student-t.js'
import type { TrimmedEstimate } from '../statistics/trimmed.js'
import type { Bounds } from './look.js'

type NoiseClass = 'GREEN' | 'YELLOW' | 'RED'

/** How much one pair varies. */
export interface Noise {
  readonly class: NoiseClass
  /** SE·√n: the standard deviation a single pair would have if its noise were normal, a fraction. */
  readonly effectiveSd: number
}

const GREEN_UP_TO = 0.03
const YELLOW_UP_TO = 0.08
const POWER = 0.8

export function noiseOf({ se, n }: TrimmedEstimate): Noise {
  const effectiveSd = se * Math.sqrt(n)
  return { class: effectiveSd <= GREEN_UP_TO ? 'GREEN' : effectiveSd <= YELLOW_UP_TO ? 'YELLOW' : 'RED', effectiveSd }
}

/**
 * The smallest true improvement that this many pairs of this noise certify as ≥ θ four times in five:
 * 1 − (1 − θ)·exp(−(c + t⁻¹(0.8, df))·effectiveSd/√n).
 *
 * @returns a fraction
 */
export function certifiableImprovement(noise: Noise, { critical, df, pairs }: Bounds, atLeast: number): number {
  const reach = ((critical + tQuantile(POWER, df)) * noise.effectiveSd) / Math.sqrt(pairs)
  return 1 - (1 - atLeast) * Math.exp(-reach)
}
