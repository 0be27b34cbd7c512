import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import { type GitResult, git, type ProgramSetting } from './git.js'

/** A submodule that a commit holds. */
export interface Submodule {
  /** Relative to the root of the repository. */
  readonly path: string
  readonly commit: string
}

/**
 * Checks out the submodules of a commit, and the submodules of these, into its checkout. They are
 * read from the submodules' repositories in this working tree, so nothing is fetched.
 *
 * @param here     working tree whose submodules are initialized, absolute
 * @param checkout checkout of the commit, absolute
 * @param name     `base` or `head`, for messages
 * @returns the submodules that were checked out
 * @throws {InvalidEvidenceError} a submodule, or its commit, is not here
 */
export async function checkOutSubmodules(
  { here, checkout, commit, name }: SubmoduleRequest,
  setting: ProgramSetting,
): Promise<Submodule[]> {
  const found = await submodulesOf(here, commit, setting)
  const all: Submodule[] = []
  for (const submodule of found) {
    const from = join(here, submodule.path)
    const into = join(checkout, submodule.path)
    await extract({ from, into, submodule, name }, setting)
    const below = await checkOutSubmodules(
      { here: from, checkout: into, commit: submodule.commit, name },
      setting,
    )
    all.push(submodule, ...below.map((one) => ({ ...one, path: join(submodule.path, one.path) })))
  }
  return all
}

interface SubmoduleRequest {
  readonly here: string
  readonly checkout: string
  readonly commit: string
  readonly name: string
}

async function submodulesOf(
  here: string,
  commit: string,
  setting: ProgramSetting,
): Promise<Submodule[]> {
  const listed = textOf(await git(['ls-tree', '-r', '-z', commit], here, setting), commit)
  return listed.split('\0').flatMap((line) => {
    const [, hash, path] = /^160000 commit ([0-9a-f]+)\t(.*)$/s.exec(line) ?? []
    return hash === undefined || path === undefined ? [] : [{ path, commit: hash }]
  })
}

/**
 * Writes the files of a commit by a separate index, so that the index of the repository does not
 * change.
 */
async function extract(
  { from, into, submodule, name }: ExtractRequest,
  setting: ProgramSetting,
): Promise<void> {
  const { path, commit } = submodule
  const own = await git(['rev-parse', '--show-prefix'], from, setting)
  const isThere = own.ok && own.text === ''
  const index = { GIT_INDEX_FILE: `${into}.index` }
  const read = isThere && (await git(['read-tree', commit], from, setting, index)).ok
  const written =
    read && (await git(['checkout-index', '--all', `--prefix=${into}/`], from, setting, index)).ok
  rmSync(index.GIT_INDEX_FILE, { force: true })
  if (!written)
    throw new InvalidEvidenceError(
      `cannot check out ${name}: its submodule ${path} needs commit ${commit.slice(0, 8)}, which is not here; run: git submodule update --init --recursive, and fetch that commit in ${path}`,
    )
}

interface ExtractRequest {
  readonly from: string
  readonly into: string
  readonly submodule: Submodule
  readonly name: string
}

function textOf(result: GitResult, commit: string): string {
  if (result.ok) return result.text
  throw new InvalidEvidenceError(`cannot list the files of ${commit}: ${result.problem}`)
}
