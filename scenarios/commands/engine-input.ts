import { EngineError } from '../../engine/index.js'
import { InputError } from '../../harness/errors.js'

/**
 * Executes an action that uses the user's files and options.
 *
 * @throws {InputError} in place of each error of the engine: the user can correct it (exit 2)
 */
export async function onUserInput<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EngineError) throw new InputError(error.message, { cause: error })
    throw error
  }
}
