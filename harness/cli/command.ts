import type { Command } from 'commander'
import type { ExitCode } from '../errors.js'
import type { Io } from '../io.js'
import type { ImportLimits, LoadedSuite } from '../measurement/load-suite.js'
import { typedWords } from './command-text.js'

/** How a command was called. */
export interface Invocation {
  /** Absolute path of the folder that relative paths refer to. */
  readonly cwd: string
  /** Those options that affect the result, as typed, for `commandText`. */
  readonly words: readonly string[]
}

/** The environment and outputs of a command. */
export interface CommandContext {
  readonly io: Io
  readonly packageVersion: string
  /**
   * Loads the suite to measure.
   *
   * @param module value of `--suite`; if undefined, the suite of the composition root
   * @param limits when its import is given up; without them, by the signal of `io`
   */
  suiteOf(module?: string, limits?: ImportLimits): Promise<LoadedSuite>
}

/** An error that ended a command, as it was printed. */
export interface Failure {
  readonly exitCode: ExitCode
  readonly message: string
}

/**
 * One command of the command line. To add a command, write a file that exports it and a line in a
 * list: `COMMANDS` in `cli.ts`, or the list that the composition root passes to `runCli`.
 *
 * Errors the user can act on are thrown as `InputError` (exit 2) or `InvalidEvidenceError` (exit
 * 5); any other error is reported as a bug (exit 70).
 */
export interface CliCommand<Options extends object = object, Parsed = unknown> {
  readonly name: string
  /** One line for `assay --help`. */
  readonly summary: string
  /** Adds arguments, options and help text. Commander refuses what is not declared. */
  declare(command: Command): void
  /**
   * @param args positional arguments, in the order declared; a variadic one is an array
   * @param options option values as their parsers return them, by camelCase name
   * @throws {InputError} options or arguments contradict each other
   */
  parse(
    args: readonly (string | readonly string[] | undefined)[],
    options: Options,
    invocation: Invocation,
  ): Parsed
  /** The modules of the command are loaded here, so that other commands do not wait for them. */
  run(parsed: Parsed, context: CommandContext): Promise<ExitCode>
  /**
   * Called once an error has ended the command, or the process, also before it was parsed: a
   * command for programs writes an object about it.
   *
   * @param words the command line
   */
  failed?(failure: Failure, words: readonly string[], io: Io): void
}

/**
 * Adds a command to a program.
 *
 * @param onParsed receives what the command parsed, once it is called
 */
export function addCommand(
  program: Command,
  { name, summary, declare, parse }: CliCommand,
  cwd: string,
  onParsed: (parsed: unknown) => void | Promise<void>,
): void {
  const command = program.command(name).description(summary)
  declare(command)
  const words = typedWords(command)
  // Commander passes the positional arguments, then the options, then the command.
  command.action((...given: unknown[]) => {
    const args = given.slice(0, -2) as (string | readonly string[] | undefined)[]
    return onParsed(parse(args, command.opts(), { cwd, words: words() }))
  })
}
