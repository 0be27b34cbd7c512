import { EngineError } from '../errors.js'

/**
 * Checks a choice that a caller in JavaScript can misspell: another value would be taken for one of
 * the choices in silence.
 *
 * @throws {EngineError} `input-invalid`: not one of the choices
 */
export function checkChoice(name: string, given: unknown, choices: readonly string[]): void {
  if (typeof given === 'string' && choices.includes(given)) return
  throw new EngineError(
    'input-invalid',
    `${name} '${String(given).slice(0, 40)}'; give one of ${choices.join(', ')}`,
  )
}
