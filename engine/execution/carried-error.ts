import { EngineError, type EngineErrorCode, messageOf } from '../errors.js'

/** An error as plain data, so that it can be sent to another thread. */
export interface CarriedError {
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** Its further fields, such as `code`, as far as they are plain data. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly cause?: CarriedError
}

/** Causes of causes that are kept. */
const DEPTH = 5

/** Anything thrown, as plain data. What is not an error becomes one with its text. */
export function carry(thrown: unknown, depth = DEPTH): CarriedError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: messageOf(thrown), fields: {} }
  const { name, message, stack, cause } = thrown
  return {
    name,
    message,
    ...(stack !== undefined && { stack }),
    fields: plainFields(thrown),
    ...(cause !== undefined && depth > 0 && { cause: carry(cause, depth - 1) }),
  }
}

/**
 * The error again, with its message, stack, cause and fields. Errors of the engine and of the
 * language are of their class; another class becomes an `Error` with that name.
 */
export function revive({ name, message, stack, fields, cause }: CarriedError): Error {
  const options = cause === undefined ? {} : { cause: revive(cause) }
  const error = instanceOf(name, message, fields, options)
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true })
  if (stack !== undefined) error.stack = stack
  return Object.assign(error, fields)
}

/** Classes of the language that an error of a strategy can have. */
const CLASSES: Readonly<Record<string, new (message: string, options?: ErrorOptions) => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

function instanceOf(
  name: string,
  message: string,
  { code, details }: Readonly<Record<string, unknown>>,
  options: ErrorOptions,
): Error {
  if (name === 'EngineError' && typeof code === 'string')
    return new EngineError(code as EngineErrorCode, message, {
      ...options,
      details: (details ?? {}) as EngineError['details'],
    })
  return new (Object.hasOwn(CLASSES, name) ? CLASSES[name]! : Error)(message, options)
}

function plainFields(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(error)) {
    if (field === 'name') continue
    try {
      fields[field] = structuredClone(value)
    } catch {
      // A function, for example, cannot be sent.
    }
  }
  return fields
}
