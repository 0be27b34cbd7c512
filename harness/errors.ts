/** Exit codes, the same in every command (see `assay --help`). */
export const EXIT = {
  done: 0,
  failed: 1,
  input: 2,
  inconclusive: 3,
  notEquivalent: 4,
  invalid: 5,
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/**
 * An error the user can act on, with the exit code of the command. Its message is one line with the
 * problem, the place and the remedy; lower case, without a final period.
 */
export class AssayError extends Error {
  override readonly name: string = 'AssayError'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.exitCode = exitCode
  }
}

/** Wrong input of the user: an option, a name, a path, a data file. Exit 2. */
export class InputError extends AssayError {
  override readonly name = 'InputError'
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(EXIT.input, message, options)
  }
}

/**
 * A measurement or its evidence cannot be trusted: crashes, a full disk, tampering, nothing
 * measured. Exit 5.
 */
export class InvalidEvidenceError extends AssayError {
  override readonly name = 'InvalidEvidenceError'
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(EXIT.invalid, message, options)
  }
}

/** The message of an error, or the text of anything else that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
