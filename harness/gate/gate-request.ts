import type { Io } from '../io.js'
import type { Progress } from '../progress.js'
import type { GateRule } from './plan-gate.js'

/** The choices of the user. */
export interface GateSetting {
  readonly rule: GateRule
  /** Branch, tag or commit to compare with; the usual branch if absent. */
  readonly baseRef?: string
  /** npm script that builds a version; absent if there is nothing to build. */
  readonly script?: string
  /** Compiled module that exports the suite, relative to the project. */
  readonly module: string
  /** Why results are meant to differ; absent if they must be equal. */
  readonly resultsChanged?: string
  /** Folder of the outputs, absolute. */
  readonly out: string
  readonly profile: boolean
  /** Whether to count the executions of cases that do not pass. */
  readonly counts: boolean
  /** A process that takes longer is killed, and its run counts as failed. */
  readonly timeoutMs: number
}

/** Everything a gate needs. */
export interface GateRequest extends GateSetting {
  /** The command that repeats the gate. */
  readonly command: string
  /** The command that calibrates for it. */
  readonly calibrateCommand: string
  readonly packageVersion: string
  readonly io: Io
  readonly progress: Progress
  /** Prints a line of results as soon as it is available. */
  readonly onLine: (line: string) => void
}
