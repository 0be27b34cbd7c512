import type { Outcome, Rule } from './criteria.js'
import type { Look } from './look.js'
import type { Round } from './rounds.js'

/** What the rounds so far say about one workload. */
export interface Assessment {
  /** `continue`: more pairs are needed. For a guard, `accepted` means that it passes the regression gate. */
  readonly outcome: Outcome
  /** Rounds the assessment is made of: those up to the deciding look, or all so far. */
  readonly rounds: readonly Round[]
  readonly looks: readonly Look[]
  /** Codes; empty while the outcome is `continue`. */
  readonly reasons: readonly string[]
}

/** Examines the looks in order and stops at the first that decides; rounds beyond it are ignored. */
export function assessWorkload(rounds: readonly Round[], rule: Rule): Assessment {
  throw new Error(`not assessed: ${rounds.length} ${rule.role}`)
}

/** Point estimate of the improvement so far, for progress lines; undefined below two rounds. */
export function runningEstimate(rounds: readonly Round[], rule: Rule): number | undefined {
  throw new Error(`not assessed: ${rounds.length} ${rule.role}`)
}
