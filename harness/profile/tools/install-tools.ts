import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, InvalidEvidenceError } from '../../errors.js'
import { atExit } from '../../system/at-exit.js'
import { CACHE_VARIABLE } from '../../system/cache-root.js'
import { explainFileError, makeDirectory } from '../../system/files.js'
import { type Program, runProgram } from '../../system/run-program.js'

/** What to install, and how. */
export interface Installation {
  /** Folder with the package.json and package-lock.json to install. */
  readonly source: string
  /** Folder for installations, one per lock file. */
  readonly cache: string
  /** Environment of npm, with its settings and proxy. */
  readonly env: Program['env']
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Reports that an installation begins. */
  readonly phase: (text: string) => void
}

/**
 * Installs pinned packages on first use: exactly the packages that the lock file lists, checked
 * against its digests, without running install scripts. The folder appears only when it is
 * complete. Later uses do not need a network.
 *
 * @returns the folder that holds `node_modules`
 * @throws {InputError} the cache cannot be written
 * @throws {InvalidEvidenceError} npm failed; the partial installation has been removed
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
  let withdraw = () => {}
  try {
    attempt = makeAttempt(cache)
    const started = attempt
    withdraw = atExit(() => rmSync(started, { recursive: true, force: true }))
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
        `installing profiling tools into ${cache}: npm ci ${problem}; the first use needs npm and its registry; without them, copy that folder from another machine`,
      )
    }
    renameSync(attempt, installed)
  } catch (error) {
    // If the folder exists now, another process has installed it meanwhile.
    if (!existsSync(installed)) throw explained(error, cache)
  } finally {
    withdraw()
    if (attempt !== undefined) rmSync(attempt, { recursive: true, force: true })
  }
  return installed
}

function makeAttempt(cache: string): string {
  makeDirectory(cache)
  return mkdtempSync(join(cache, '.installing-'))
}

/** If the cache cannot be written, an error that names the variable to set. */
function explained(error: unknown, cache: string): unknown {
  const explanation = explainFileError(error, cache)
  if (!(explanation instanceof InputError)) return explanation
  return new InputError(
    `cannot write ${cache}, the folder for profiling tools; set ${CACHE_VARIABLE} to a writable folder`,
    { cause: error },
  )
}
