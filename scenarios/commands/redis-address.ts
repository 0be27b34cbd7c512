import { InputError } from '../../harness/errors.js'
import type { Io } from '../../harness/io.js'

/**
 * The address of Redis: the one given, or that of the variable REDIS_URL.
 *
 * @throws {InputError} there is none
 */
export function redisAddress(given: string | undefined, env: Io['env']): string {
  const address = given ?? env.REDIS_URL ?? ''
  if (address !== '') return address
  throw new InputError(
    'no address of Redis; give --redis redis://host:6379, or set the variable REDIS_URL',
  )
}
