import type { Command } from 'commander'
import type { ExitCode } from '../errors.js'
import type { Io } from '../io.js'
import type { LoadedSuite } from '../measurement/load-suite.js'

/** What a command works with. */
export interface CommandContext {
  readonly io: Io
  readonly packageVersion: string
  /** Loads the suite of the composition root. */
  suiteOf(): Promise<LoadedSuite>
}

/**
 * A command the composition root adds beside those of the harness, e.g. `backtest`. Errors the user
 * can act on are thrown as `InputError` (exit 2) or `InvalidEvidenceError` (exit 5); any other
 * error is reported as a bug (exit 70).
 */
export interface ExtraCommand {
  readonly name: string
  /** One line for `assay --help`. */
  readonly summary: string
  /**
   * Adds arguments, options and help text; unknown options and missing arguments are refused for
   * it.
   */
  declare(command: Command): void
  /**
   * @param args positional arguments, in the order declared
   * @param options commander's option values, by camelCase name
   */
  run(
    args: readonly (string | readonly string[] | undefined)[],
    options: Readonly<Record<string, unknown>>,
    context: CommandContext,
  ): Promise<ExitCode>
}
