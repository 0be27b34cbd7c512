import { AssayError, EXIT } from './errors.js'

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
  now(): Date
}

/** Ctrl-C or SIGTERM. Exit 130 (SIGINT) or 143 (SIGTERM). */
export class Interrupted extends AssayError {
  override readonly name = 'Interrupted'

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated, `interrupted by ${signal}`)
  }
}

/**
 * The streams, environment and signals of this process. The first Ctrl-C or SIGTERM aborts
 * `signal`, so that a command can end its child processes and complete its files; the second one
 * ends the process at once.
 */
export function nodeIo(): Io {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(new Interrupted(name).exitCode)
      controller.abort(new Interrupted(name))
    })
  }
  surviveBreakOf(process.stdout)
  surviveBreakOf(process.stderr)
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    isTTY: process.stderr.isTTY === true && process.env.CI !== 'true',
    columns: process.stderr.columns ?? 80,
    signal: controller.signal,
    now: () => new Date(),
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
    process.on('exit', () => {
      if (process.exitCode === EXIT.done) process.exitCode = EXIT.invalid
    })
    process.stderr.write(
      `assay: cannot write to standard output (${error.code}); results are incomplete\n`,
    )
  })
}
