import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { AssayError, EXIT, type ExitCode, messageOf } from './errors.js'
import { escapeInvisible } from './system/json-text.js'

/** What a command works with beside files and child processes. Tests pass their own. */
export interface Io {
  /** Results. Callers end their lines. */
  stdout(text: string): void
  /** Progress, notes and errors. */
  stderr(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute path that relative paths start from. */
  readonly cwd: string
  /** Whether stderr is a terminal that can redraw a line. */
  readonly isTTY: boolean
  /** Width of that terminal, characters. */
  readonly columns: number
  /** Aborted by Ctrl-C or SIGTERM, with an `Interrupted` as its reason. */
  readonly signal: AbortSignal
  /**
   * From now on Ctrl-C and SIGTERM end the process at once: for a command that calculates without a
   * pause, in which `signal` could not be aborted, and that leaves no file half-written.
   */
  endOnSignal(): void
  now(): Date
}

/** What clears the line of a terminal: the only control characters that are written. */
export const CLEAR_LINE = '\r\u001b[K'

/** Ctrl-C or SIGTERM. Exit 130 (SIGINT) or 143 (SIGTERM). */
export class Interrupted extends AssayError {
  override readonly name = 'Interrupted'

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated, `interrupted by ${signal}`)
  }
}

/** An error that no command caught, such as one that a suite throws in a timer. Exit 70. */
class UncaughtError extends AssayError {
  override readonly name = 'UncaughtError'

  constructor(cause: unknown) {
    super(
      EXIT.internal,
      `stopped by an error that was thrown outside of the command: ${messageOf(cause)}; mend the module in the lines above, or report them if it is one of assay`,
      { cause },
    )
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
const SAME_REQUEST_MS = 1000

/**
 * The streams, environment and signals of this process. The first Ctrl-C or SIGTERM aborts
 * `signal`, so that a command can end its child processes and complete its files. Another one
 * within a second is the same request: `timeout` and CI runners signal the process and its group.
 * A later one ends the process at once, after what `atExit` registered.
 */
export function nodeIo(): Io {
  const controller = new AbortController()
  let firstAtMs = 0
  const onSignal = (name: 'SIGINT' | 'SIGTERM') => {
    if (!controller.signal.aborted) {
      firstAtMs = performance.now()
      controller.abort(new Interrupted(name))
    } else if (performance.now() - firstAtMs > SAME_REQUEST_MS)
      process.exit(new Interrupted(name).exitCode)
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      const fault = new UncaughtError(error)
      controller.abort(fault)
      failAtExit(EXIT.internal, fault.message)
    })
  surviveBreakOf(process.stdout)
  surviveBreakOf(process.stderr)
  return {
    stdout: keepStdout(),
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    isTTY: process.stderr.isTTY === true && process.env.CI !== 'true',
    columns: process.stderr.columns ?? 80,
    signal: controller.signal,
    endOnSignal: () => {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
    now: () => new Date(),
  }
}

/**
 * Keeps stdout for results: whatever else this process writes there, such as a suite that logs,
 * goes to stderr from now on.
 *
 * @returns writes results
 */
function keepStdout(): Io['stdout'] {
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = process.stderr.write.bind(process.stderr)
  const [{ writeSync }, other] = [{ ...fs }, (fd: number) => (fd === 1 ? 2 : fd)]
  // Loggers write to the file descriptor itself. Our own stream has taken its functions before.
  const redirected = (fd: number, ...rest: unknown[]) =>
    Reflect.apply(writeSync, fs, [other(fd), ...rest]) as number
  fs.writeSync = redirected
  syncBuiltinESMExports()
  return (text) => void write(text)
}

/** At the end, if the process would end as successful: sets the exit code, and prints a reason. */
function failAtExit(code: ExitCode, reason?: string): void {
  process.on('exit', () => {
    if (process.exitCode !== EXIT.done) return
    if (reason !== undefined) process.stderr.write(`assay: ${reason}\n`)
    process.exitCode = code
  })
}

/**
 * The same input and output, in which no text can write control characters or change the direction
 * of what follows: names and messages come from files and from other projects.
 */
export function withVisibleText(io: Io): Io {
  const shown = (text: string) =>
    text.startsWith(CLEAR_LINE)
      ? `${CLEAR_LINE}${escapeInvisible(text.slice(CLEAR_LINE.length))}`
      : escapeInvisible(text)
  return {
    ...io,
    stdout: (text) => io.stdout(shown(text)),
    stderr: (text) => io.stderr(shown(text)),
  }
}

/**
 * Lets a command finish although a stream is broken: after hours of measuring, the record matters
 * more than the output. A reader that closed the pipe (`assay list | head`) is not an error; any
 * other failure of stdout, such as a full disk, sets the exit code at the end.
 */
function surviveBreakOf(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || stream === process.stderr) return
    failAtExit(EXIT.invalid)
    process.stderr.write(
      `assay: cannot write to standard output (${error.code}); results are incomplete\n`,
    )
  })
}
