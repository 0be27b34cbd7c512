import type { Io } from '../io.js'
import type { Progress } from '../progress.js'
import type { GateRule } from './plan-gate.js'

/** What a gate is asked to do. */
export interface GateSetting {
  readonly rule: GateRule
  /** What to compare with; undefined: the usual branch. */
  readonly baseRef?: string
  /** npm script that builds a version; undefined: nothing to build. */
  readonly script?: string
  /** Compiled module that exports the suite, relative to the project. */
  readonly module: string
  /** Why results are meant to differ; undefined: they are not. */
  readonly resultsChanged?: string
  /** Where the outputs go, absolute. */
  readonly out: string
  readonly profile: boolean
  /** After this long a process is killed and its run counts as failed. */
  readonly timeoutMs: number
}

export interface GateRequest extends GateSetting {
  /** The command that repeats it. */
  readonly command: string
  /** How to calibrate for it. */
  readonly calibrateCommand: string
  readonly packageVersion: string
  readonly io: Io
  readonly progress: Progress
  /** Told a line when something is known. */
  readonly onLine: (line: string) => void
}
