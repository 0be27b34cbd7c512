import type { Outcome } from './criteria.js'

/** One look at the accumulated pairs; the log scale, ln(candidate / compared arm). */
export interface Look {
  readonly pairs: number
  readonly m: number
  readonly se: number
  readonly seUsed: number
  readonly df: number
  readonly pNominal: number
  readonly critical: number
  readonly lower: number
  readonly upper: number
  readonly outcome: Outcome
  readonly held?: readonly string[]
}
