import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { InputError, InvalidEvidenceError } from '../errors.js'
import { atExit } from '../system/at-exit.js'
import { explainFileError } from '../system/files.js'
import { listNames, readText } from '../system/proc.js'
import { CHECKOUTS_PREFIX, markOwner, ownersGone } from './checkout-owner.js'
import { git, gitToTheEnd, type ProgramSetting, readFromGit } from './git.js'
import type { Revisions } from './revisions.js'
import { checkOutSubmodules, type Submodule } from './submodules.js'

export type Version = 'base' | 'head'
/** Names of equal length, so that neither version has the longer path. */
export const VERSIONS: readonly Version[] = ['base', 'head']

/** Both versions, each in its own git worktree. */
export interface Checkouts {
  /** Roots of the worktrees, absolute. */
  readonly roots: Readonly<Record<Version, string>>
  /** The submodules checked out with them. */
  readonly submodules: Readonly<Record<Version, readonly Submodule[]>>
  /** Removes the worktrees and git's entries for them. */
  remove(): void
}

/**
 * Checks both versions out, into paths of equal length in one temporary folder. Checkouts of gates
 * that were killed are removed first. Head is checked out too, although it is here already, so that
 * both are built and measured under equal conditions.
 *
 * @throws {InvalidEvidenceError} git cannot check them out, for example because the disk is full or
 * a submodule is not here; nothing is left behind
 */
export async function checkOut(
  revisions: Pick<Revisions, 'top' | 'base' | 'head'>,
  setting: ProgramSetting,
): Promise<Checkouts> {
  const parent = setting.env.TMPDIR || tmpdir()
  for (const gone of ownersGone(parent)) removeAll(gone.folder, gone.top, setting.env)
  const folder = makeFolder(parent)
  const roots = rootsIn(folder)
  const withdraw = atExit(() => removeAll(folder, revisions.top, setting.env))
  const remove = () => {
    removeAll(folder, revisions.top, setting.env)
    withdraw()
  }
  markOwner(folder, revisions.top)
  const submodules: Record<Version, readonly Submodule[]> = { base: [], head: [] }
  try {
    for (const version of VERSIONS) {
      const args = ['worktree', 'add', '--detach', '--quiet', roots[version], revisions[version]]
      const added = await git(args, revisions.top, setting)
      if (!added.ok)
        throw new InvalidEvidenceError(
          `cannot check out ${version} ${revisions[version]}: ${added.problem}`,
        )
      submodules[version] = await checkOutSubmodules(
        {
          here: revisions.top,
          checkout: roots[version],
          commit: revisions[version],
          name: version,
        },
        setting,
      )
    }
    return { roots, submodules, remove }
  } catch (error) {
    remove()
    throw error
  }
}

function makeFolder(parent: string): string {
  try {
    // Node resolves links in the address of a module, so only a real path is the same everywhere.
    return mkdtempSync(join(realpathSync(parent), CHECKOUTS_PREFIX))
  } catch (error) {
    const explained = explainFileError(error, parent)
    if (!(explained instanceof InputError)) throw explained
    throw new InputError(
      `cannot make a folder for the checkouts in ${parent} (${(error as NodeJS.ErrnoException).code}); set TMPDIR to a writable folder`,
      { cause: error },
    )
  }
}

function rootsIn(folder: string): Record<Version, string> {
  return { base: join(folder, 'base'), head: join(folder, 'head') }
}

/** Processes that were killed may still write for a moment, so removing is tried again. */
function removeAll(folder: string, top: string, env: ProgramSetting['env']): void {
  const real = existsSync(folder) ? realpathSync(folder) : folder
  for (const path of Object.values(rootsIn(folder))) removeWorktree(path, top, env)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  removeTornEntries(real, top, env)
  gitToTheEnd(['worktree', 'prune'], top, env)
}

/**
 * Removes git's entries for worktrees in a folder, a real path. If git was killed while it wrote
 * one, the entry is locked and a file of it is empty: then git refuses to list, remove or prune any
 * worktree.
 */
function removeTornEntries(folder: string, top: string, env: ProgramSetting['env']): void {
  const common = readFromGit(['rev-parse', '--git-common-dir'], top, env)
  if (common === undefined) return
  const entries = join(resolve(top, common), 'worktrees')
  for (const name of listNames(entries)) {
    const entry = join(entries, name)
    if (readText(join(entry, 'gitdir'))?.startsWith(`${folder}${sep}`))
      rmSync(entry, { recursive: true, force: true })
  }
}

/** `--force` twice, because a worktree whose creation was interrupted is still locked. */
function removeWorktree(path: string, top: string, env: ProgramSetting['env']): void {
  const remove = () => gitToTheEnd(['worktree', 'remove', '--force', '--force', path], top, env)
  if (remove()) return
  rmSync(path, { recursive: true, force: true })
  remove()
}
