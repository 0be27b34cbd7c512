import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  EngineError,
  memoryBundle,
  plainBundleSource,
  validateBundle,
  writeBundle,
} from '../../engine/index.js'
import type { DataVersions } from '../../harness/contract.js'
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
 * Makes sure that the market of this size and seed, and no other, is on disk and valid: its name
 * and its content are those that the generator makes now. A valid market is used unchanged, even
 * in a read-only folder. A damaged market, or that of another seed, is made again, with a warning.
 *
 * @param warn prints one line
 * @returns the directory, and the version of the bundle, which follows from its content
 * @throws {InputError} the market is missing and the folder cannot be written
 */
export async function ensureMarket(
  size: MarketSize,
  seed: number,
  warn: (line: string) => void,
  root: string = cacheRoot(),
): Promise<{ readonly directory: string; readonly version: string }> {
  const directory = marketDirectory(size, seed, root)
  const content = marketContent(size, seed)
  const { version } = memoryBundle(content)
  if (existsSync(directory)) {
    const problem = await findProblem(directory, { name: content.name, version })
    if (problem === undefined) return { directory, version }
    warn(`cached market ${directory} ${problem}; making it again`)
  }
  try {
    await writeBundle(directory, content, { format: 'parquet' })
  } catch (error) {
    throw explained(error, root)
  }
  return { directory, version }
}

/**
 * The version of the market of this size and seed by its name, once it is on disk and valid: what
 * the `prepare` of a workload returns.
 */
export async function prepareMarket(
  size: MarketSize,
  seed: number,
  warn: (line: string) => void,
  root: string = cacheRoot(),
): Promise<DataVersions> {
  const { version } = await ensureMarket(size, seed, warn, root)
  return { [marketName(size, seed)]: version }
}

/** What is wrong with a cached market: it is damaged, or it is not the one expected. */
async function findProblem(
  directory: string,
  expected: { readonly name: string; readonly version: string },
): Promise<string | undefined> {
  const findings = await validateBundle(directory)
  const damage = findings.find(({ severity }) => severity === 'error')?.message
  if (damage !== undefined) return `is damaged (${damage})`
  const found = await plainBundleSource().open(directory)
  const { version, manifest } = found
  found.close()
  if (manifest.name !== expected.name) return `holds the market ${manifest.name}`
  if (version !== expected.version) return 'holds other prices than its size and seed give'
  return undefined
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
