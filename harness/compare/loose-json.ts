import { z } from 'zod'
import { InputError, messageOf } from '../errors.js'
import { checkRange } from './number-text.js'

/** A number, or a text that programs write for NaN and infinity, which JSON lacks. */
export type LooseNumber = number | null | 'NaN' | 'Infinity' | '-Infinity'

/** Checked as a whole: a schema that checks each item of a million is too slow. */
export const looseNumbers = z.custom<readonly LooseNumber[]>(isLooseNumbers)

/** Whether a JSON value is an array of numbers, or of texts that programs write for them. */
export function isLooseNumbers(value: unknown): value is readonly LooseNumber[] {
  return Array.isArray(value) && value.every(isLooseNumber)
}

/** Whether a JSON value is a number or a text that programs write for one. */
export function isLooseNumber(value: unknown): value is LooseNumber {
  return (
    typeof value === 'number' ||
    value === null ||
    value === 'NaN' ||
    value === 'Infinity' ||
    value === '-Infinity'
  )
}

/**
 * @param place where the array stands, for messages
 * @throws {InputError} a number is out of range
 */
export function toNumbers(values: readonly LooseNumber[], place: string): Float64Array {
  const numbers = new Float64Array(values.length)
  for (let index = 0; index < numbers.length; index += 1) {
    const value = values[index]!
    const number = typeof value === 'number' ? value : Number(value ?? Number.NaN)
    checkRange(number, () => `${place}, element ${index + 1}`)
    numbers[index] = number
  }
  return numbers
}

/**
 * Reads JSON in which a program may have written NaN or Infinity outside of texts.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} it is not valid JSON
 */
export function parseLoosely(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const quotedNumbers = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
      found.startsWith('"') ? found : found === '-NaN' ? '"NaN"' : `"${found}"`,
    )
    if (quotedNumbers !== text) return parseStrictly(quotedNumbers, path)
    throw notJson(path, error)
  }
}

function parseStrictly(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson(path, error)
  }
}

function notJson(path: string, error: unknown): InputError {
  return new InputError(`${path} is not valid JSON: ${messageOf(error)}; write it again`, {
    cause: error,
  })
}
