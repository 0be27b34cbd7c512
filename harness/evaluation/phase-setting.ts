import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import type { Progress } from '../progress.js'

/**
 * The input of every phase of an evaluation: the suite, how processes start, and where progress
 * goes.
 */
export interface PhaseSetting {
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
  readonly progress: Progress
}
