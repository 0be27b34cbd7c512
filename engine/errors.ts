/** The kind of an engine error, for programs; people read the message. */
export type EngineErrorCode =
  | 'bundle-missing'
  | 'bundle-corrupt'
  | 'bundle-changed'
  | 'bundle-invalid'
  | 'input-invalid'
  | 'precision'
  | 'window'
  | 'unknown-asset'
  | 'config-invalid'
  | 'strategy-misuse'
  | 'search-differs'
  | 'worker-crashed'
  | 'queue-unavailable'

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/**
 * The reason for a message of ours, in parentheses: the code of an error of the operating system
 * with its call, otherwise the message with a small first letter. Paths keep their case.
 */
export function reasonOf(thrown: unknown): string {
  const { code, syscall } = (thrown ?? {}) as NodeJS.ErrnoException
  if (code !== undefined && syscall !== undefined) return `${code} at ${syscall}`
  const message = messageOf(thrown)
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

/**
 * An error the user can act on. Its message names the problem, the place and the remedy, in lower
 * case without a final period: `bundle mag8 changed on disk (version 3fa1… → 91c0…); rerun or clear
 * the pool`.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode
  /** The same facts for programs: file, line, asset, session … */
  readonly details: Readonly<Record<string, string | number>>

  constructor(
    code: EngineErrorCode,
    message: string,
    options: {
      readonly cause?: unknown
      readonly details?: Readonly<Record<string, string | number>>
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}
