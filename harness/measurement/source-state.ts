import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { InputError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { withNamedModules } from './named-modules.js'

/** Changes in these paths do not make the source dirty, because commands write there. */
const EVIDENCE_FOLDERS = [
  'decisions',
  'profiling-results',
  'reports',
  'docs/characteristics',
  'docs/characteristics.md',
]

/**
 * Commit of the code under test and whether files differ from it; null without git or a
 * repository.
 *
 * @param directory a folder inside the repository
 */
export function readGitState(directory: string): EvaluationPlan['git'] {
  const commit = git(directory, ['rev-parse', 'HEAD'])
  return commit === undefined ? null : { commit, dirty: changedFiles(directory).length > 0 }
}

/**
 * Files that differ from the commit or are not in git, each in one line as in `git status
 * --porcelain`. Files that the commands write are left out.
 */
export function changedFiles(directory: string): string[] {
  const excluded = EVIDENCE_FOLDERS.map((folder) => `:(exclude,top)${folder}`)
  const changes = git(directory, ['status', '--porcelain', '--', ':/', ...excluded])
  // If git gives no answer, the source cannot be called unchanged.
  return changes === undefined
    ? ['(git status failed)']
    : changes.split('\n').filter((line) => line !== '')
}

function git(directory: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: directory, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
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
    throw new InputError(`nothing is compiled in ${dist}; run: npm run build`, { cause })
  }
}
