import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { InputError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { explainSystemError } from '../system/files.js'
import { gitEnvironment } from '../system/git-environment.js'
import { packageRoot } from '../system/package-root.js'
import { withNamedModules } from './named-modules.js'
import { type IsWritten, isPublished } from './written-files.js'

/** No setting of the user may hide a change. */
const SHOW_ALL = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false']
const MOST_OUTPUT_BYTES = 256 * 2 ** 20

/**
 * Commit of the code under test and whether files differ from it; null without git or a
 * repository.
 *
 * @param directory a folder inside the repository
 * @param isWritten files that do not make it dirty
 */
export function readGitState(
  directory: string,
  isWritten: IsWritten = () => false,
): EvaluationPlan['git'] {
  const commit = git(directory, ['rev-parse', 'HEAD'])?.trim()
  return commit === undefined
    ? null
    : { commit, dirty: changedFiles(directory, isWritten).length > 0 }
}

/**
 * Files that differ from the commit or are not in git, relative to the top of the repository.
 *
 * @param isWritten files that are left out
 */
export function changedFiles(directory: string, isWritten: IsWritten = () => false): string[] {
  const top = git(directory, ['rev-parse', '--show-toplevel'])?.replace(/\n$/, '')
  const status = ['status', '--porcelain=v1', '-z', '--untracked-files=all']
  const entries = git(directory, [...status, '--ignore-submodules=none'])
  // If git gives no answer, the source cannot be called unchanged.
  if (top === undefined || entries === undefined) return ['(git status failed)']
  return pathsOf(entries).filter((path) => {
    const file = join(top, path)
    return !isWritten(file) && !isPublished(file)
  })
}

/** Reads `XY path`, and of a renamed file its old path too, each with a NUL behind it. */
function pathsOf(entries: string): string[] {
  const fields = entries.split('\0').slice(0, -1)
  const paths: string[] = []
  for (let field = fields.shift(); field !== undefined; field = fields.shift()) {
    paths.push(field.slice(3))
    if (/^[RC]|^.[RC]/.test(field)) paths.push(fields.shift() ?? '')
  }
  return paths
}

function git(directory: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', [...SHOW_ALL, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: gitEnvironment(process.env),
    maxBuffer: MOST_OUTPUT_BYTES,
  })
  return status === 0 ? stdout : undefined
}

/**
 * `sha256:…` over the paths and bytes of every measured file, as far as they are known before
 * anything runs.
 *
 * @param dist      folder of compiled code
 * @param foreign   module of another project's suite, if that is measured; with every module it
 * names
 * @throws {InputError} `dist` does not exist
 */
export function digestCode(dist: string, foreign?: string): string {
  const hash = createHash('sha256')
  for (const file of listCompiled(dist)) {
    hash.update(relative(dist, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  const modules = foreign === undefined ? [] : withNamedModules([foreign], () => true)
  for (const file of [...modules].sort()) {
    const name = relative(dirname(foreign ?? file), file)
    hash.update(`suite ${name}\0`).update(readFileSync(file)).update('\0')
  }
  return `sha256:${hash.digest('hex')}`
}

function listCompiled(dist: string): string[] {
  try {
    return readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  } catch (cause) {
    if (existsSync(dist)) throw explainSystemError(cause)
    const remedy = existsSync(join(packageRoot(), 'build.mjs'))
      ? 'run: npm run build'
      : 'install the package again'
    throw new InputError(`nothing is compiled in ${dist}; ${remedy}`, { cause })
  }
}
