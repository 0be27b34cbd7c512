import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import type { Progress } from '../progress.js'

/** What every phase of an evaluation takes: the suite, how processes start, where progress goes. */
export interface PhaseSetting {
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
  readonly progress: Progress
}
