import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, InvalidEvidenceError } from '../../errors.js'
import { CACHE_VARIABLE } from '../../system/cache-root.js'
import { explainFileError, makeDirectory } from '../../system/files.js'
import { type Program, runProgram } from '../../system/run-program.js'

/** What installing needs to know. */
export interface Installation {
  /** Folder with a package.json and a package-lock.json that pin what is installed. */
  readonly source: string
  /** Folder installations are kept in, one per lock file. */
  readonly cache: string
  /** As npm is to see it: its own settings, a proxy. */
  readonly env: Program['env']
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Told when something has to be installed. */
  readonly phase: (text: string) => void
}

/**
 * Installs pinned packages, once: what stands in the lock file, checked against its digests, no
 * install scripts. It appears as a whole or not at all; from then on no network is needed.
 *
 * @returns the folder that holds `node_modules`
 * @throws {InputError} the cache cannot be written
 * @throws {InvalidEvidenceError} npm failed; nothing is left of the attempt
 */
export async function installTools({
  source,
  cache,
  phase,
  ...program
}: Installation): Promise<string> {
  const lock = readFileSync(join(source, 'package-lock.json'))
  const installed = join(cache, createHash('sha256').update(lock).digest('hex').slice(0, 16))
  if (existsSync(installed)) return installed
  phase(`installing profiling tools into ${installed}, once`)
  let attempt: string | undefined
  try {
    attempt = claimed(cache)
    cpSync(source, attempt, { recursive: true })
    const args = [
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      '--loglevel=error',
    ]
    const problem = await runProgram({ file: 'npm', args, cwd: attempt, ...program })
    if (problem !== undefined) {
      throw new InvalidEvidenceError(
        `installing profiling tools into ${cache}: npm ci ${problem}; the first use needs npm and its registry, or copy that folder from another machine`,
      )
    }
    renameSync(attempt, installed)
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(installed)) throw explained(error, cache)
  } finally {
    if (attempt !== undefined) rmSync(attempt, { recursive: true, force: true })
  }
  return installed
}

function claimed(cache: string): string {
  makeDirectory(cache)
  return mkdtempSync(join(cache, '.installing-'))
}

/** A cache that cannot be written is told by the variable that names it. */
function explained(error: unknown, cache: string): unknown {
  const known = explainFileError(error, cache)
  if (!(known instanceof InputError)) return known
  return new InputError(
    `cannot write ${cache}, where profiling tools go; set ${CACHE_VARIABLE} to a writable folder`,
    {
      cause: error,
    },
  )
}
