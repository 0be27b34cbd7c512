import { EngineError } from '../../engine/index.js'
import { InputError } from '../../harness/errors.js'

/**
 * Runs an action on the user's files and options.
 *
 * @throws {InputError} replaces each error of the engine, because the user can correct its cause
 * (exit 2)
 */
export async function onUserInput<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EngineError) throw new InputError(error.message, { cause: error })
    throw error
  }
}
