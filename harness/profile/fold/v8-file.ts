import type { z } from 'zod'
import { InvalidEvidenceError } from '../../errors.js'

/** A file that V8 wrote for one thread: its name, for error messages, and its content. */
export interface V8File {
  readonly name: string
  readonly text: string
}

/**
 * Parses a file of V8 and checks its shape.
 *
 * @throws {InvalidEvidenceError} the file is empty, cut off, not JSON, or does not have the shape
 */
export function parseV8File<Schema extends z.ZodType>(
  { name, text }: V8File,
  schema: Schema,
): z.output<Schema> {
  if (text.trim() === '') throw invalidProfile(name, 'it is empty')
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    const isCutOff = /^\s*[[{]/.test(text) && !/[\]}]\s*$/.test(text)
    throw invalidProfile(name, isCutOff ? 'it is cut off' : 'it is not JSON', cause)
  }
  return checkShape(document, schema, name)
}

/**
 * Checks the shape of a value from a file of V8.
 *
 * @param part the place of the value within the file; absent if it is the whole document
 * @throws {InvalidEvidenceError} a field is wrong; the message names the first such field
 */
export function checkShape<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
  name: string,
  part?: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = [...(part === undefined ? [] : [part]), ...(issue?.path ?? [])].join('.')
  throw invalidProfile(name, `${field || 'the document'}: ${issue?.message.toLowerCase()}`)
}

/** The error for a file of V8 that cannot be used. */
export function invalidProfile(name: string, why: string, cause?: unknown): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `${name} is not a valid V8 profile (${why}); capture it again with assay profile`,
    { cause },
  )
}
