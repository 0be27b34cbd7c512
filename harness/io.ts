import { AssayError, EXIT } from './errors.js'

/** Everything a command may touch beside files and child processes; tests hand in their own. */
export interface Io {
  /** Results. Text is written as given: callers end their lines. */
  stdout(text: string): void
  /** Progress, notes and errors. */
  stderr(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute path that relative paths of options start from. */
  readonly cwd: string
  /** Whether progress goes to a terminal that can redraw a line. */
  readonly isTTY: boolean
  /** Width of that terminal, characters. */
  readonly columns: number
  /** Aborted by Ctrl-C or SIGTERM; its reason is an `Interrupted`. */
  readonly signal: AbortSignal
  now(): Date
}

/** The user or the system asked us to stop. Exit 130 (SIGINT) or 143 (SIGTERM). */
export class Interrupted extends AssayError {
  override readonly name = 'Interrupted'

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated, `interrupted by ${signal}`)
  }
}

/**
 * The real thing: this process's streams, environment and signals. The first Ctrl-C or SIGTERM
 * aborts `signal`, so that a command can end its children and leave its files whole; a second one
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
  keepWorkingWithout(process.stdout)
  keepWorkingWithout(process.stderr)
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
 * A stream that breaks must not decide how an evaluation ends: a reader that closed the pipe
 * (`assay list | head`) has seen enough, and the record matters more than its summary. Results that
 * could not be written for another reason, such as a full disk, are an error when all is done.
 */
function keepWorkingWithout(stream: NodeJS.WriteStream): void {
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
