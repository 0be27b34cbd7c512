import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import { explainFileError } from '../system/files.js'
import { git, gitToTheEnd, type ProgramSetting } from './git.js'
import type { Revisions } from './revisions.js'

export type Version = 'base' | 'head'
/** Names of equal length, so that neither version has the longer path. */
export const VERSIONS: readonly Version[] = ['base', 'head']

/** Both versions, each in a git worktree of its own. */
export interface Checkouts {
  /** Root of each, absolute. */
  readonly roots: Readonly<Record<Version, string>>
  /** Takes them away again, with what git remembers of them. */
  remove(): void
}

/**
 * Checks both versions out, into paths of equal length in one temporary folder. Head too, though it
 * lies here already: then neither version is built or measured in a place of privilege.
 *
 * @throws {InvalidEvidenceError} git cannot check them out, e.g. the disk is full; nothing is left
 */
export async function checkOut(
  revisions: Pick<Revisions, 'top' | 'base' | 'head'>,
  setting: ProgramSetting,
): Promise<Checkouts> {
  const folder = makeFolder(setting.env.TMPDIR || tmpdir())
  const roots = { base: join(folder, 'base'), head: join(folder, 'head') }
  const remove = () => {
    for (const version of VERSIONS) removeWorktree(roots[version], revisions.top, setting.env)
    rmSync(folder, { recursive: true, force: true })
    gitToTheEnd(['worktree', 'prune'], revisions.top, setting.env)
  }
  try {
    for (const version of VERSIONS) {
      const args = ['worktree', 'add', '--detach', '--quiet', roots[version], revisions[version]]
      const added = await git(args, revisions.top, setting)
      if (!added.ok)
        throw new InvalidEvidenceError(
          `cannot check out ${version} ${revisions[version]}: ${added.problem}`,
        )
    }
    return { roots, remove }
  } catch (error) {
    remove()
    throw error
  }
}

function makeFolder(parent: string): string {
  try {
    // Real paths: Node resolves links before it tells where a module is, and both versions are told
    // alike then.
    return realpathSync(mkdtempSync(join(parent, 'assay-gate-')))
  } catch (error) {
    throw explainFileError(error, parent)
  }
}

/** Twice `--force`: one that was interrupted while it was made is still locked. */
function removeWorktree(path: string, top: string, env: ProgramSetting['env']): void {
  const remove = () => gitToTheEnd(['worktree', 'remove', '--force', '--force', path], top, env)
  if (remove()) return
  rmSync(path, { recursive: true, force: true })
  remove()
}
