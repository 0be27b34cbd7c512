import { EngineError } from '../../engine/index.js'
import { InputError } from '../../harness/errors.js'

/**
 * Runs something on what a user gave. What the engine finds wrong with it is the user's to correct
 * (exit 2), and reads as one line.
 */
export async function onUserInput<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EngineError) throw new InputError(error.message, { cause: error })
    throw error
  }
}
