import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError, validateBundle, writeBundle } from '../../engine/index.js'
import { InputError, InvalidEvidenceError } from '../../harness/errors.js'
import { CACHE_VARIABLE, cacheRoot } from '../../harness/system/cache-root.js'
import { marketContent, marketName } from './market-content.js'
import type { MarketSize } from './resample.js'

/** The directory of the market of this size and seed, whether or not it exists. */
export function marketDirectory(
  size: MarketSize,
  seed: number,
  root: string = cacheRoot(),
): string {
  return join(root, marketName(size, seed))
}

/**
 * Makes sure that the market of this size and seed is on disk and valid. A valid market is used
 * unchanged, even in a read-only folder. A damaged market is made again, with a warning.
 *
 * @param warn prints one line
 * @throws {InputError} the market is missing and the folder cannot be written
 */
export async function ensureMarket(
  size: MarketSize,
  seed: number,
  warn: (line: string) => void,
  root: string = cacheRoot(),
): Promise<string> {
  const directory = marketDirectory(size, seed, root)
  if (existsSync(directory)) {
    const problem = await findProblem(directory)
    if (problem === undefined) return directory
    warn(`cached market ${directory} is damaged (${problem}); making it again`)
  }
  try {
    await writeBundle(directory, marketContent(size, seed), { format: 'parquet' })
  } catch (error) {
    throw explained(error, root)
  }
  return directory
}

async function findProblem(directory: string): Promise<string | undefined> {
  const findings = await validateBundle(directory)
  return findings.find(({ severity }) => severity === 'error')?.message
}

function explained(error: unknown, root: string): unknown {
  const cause = error instanceof EngineError ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new InvalidEvidenceError(
      `disk full while writing the market cache ${root}; free space or set ${CACHE_VARIABLE} to another folder`,
      { cause: error },
    )
  }
  if (error instanceof EngineError) {
    return new InputError(
      `cannot write the market cache: ${error.message}; or set ${CACHE_VARIABLE} to a writable folder`,
      { cause: error },
    )
  }
  return error
}
