import { InputError } from '../errors.js'
import { changedFiles } from '../measurement/source-state.js'
import type { IsWritten } from '../measurement/written-files.js'
import { formatCounted } from '../text/format.js'
import { type GitResult, git, type ProgramSetting } from './git.js'

/** The two commits to compare. */
export interface Revisions {
  /** Root of the working tree, absolute. */
  readonly top: string
  /** Path of the project below the root, such as `packages/engine/`; empty at the root. */
  readonly prefix: string
  /** The base as the user named it, or the usual branch. */
  readonly baseRef: string
  /** The merge-base of head and `baseRef`. */
  readonly base: string
  readonly head: string
}

/** Bases to try, in this order, if the user names none. */
const USUAL_BASES = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']
const SHOWN_CHANGES = 3

/**
 * Finds both commits. Uncommitted changes are refused, because the result could not be attributed
 * to a commit.
 *
 * @param cwd     folder of the project, in a git working tree
 * @param baseRef any name of a commit; undefined to try the usual ones
 * @param isWritten files whose changes do not matter
 * @throws {InputError} no repository, no such commit, no common history, or uncommitted changes;
 * the message names the remedy
 */
export async function findRevisions(
  cwd: string,
  baseRef: string | undefined,
  setting: ProgramSetting,
  isWritten?: IsWritten,
): Promise<Revisions> {
  const run = (...args: string[]) => git(args, cwd, setting)
  const top = textOf(await run('rev-parse', '--show-toplevel'), (problem) =>
    noRepository(cwd, problem),
  )
  const prefix = textOf(await run('rev-parse', '--show-prefix'), (problem) =>
    noRepository(cwd, problem),
  )
  const head = await commitOf('HEAD', cwd, setting)
  if (head === undefined) throw new InputError(`${top} has no commit yet; commit before comparing`)
  refuseChanges(top, isWritten)
  const { ref, commit } = await chooseBase(baseRef, cwd, setting)
  const mergeBase = await run('merge-base', commit, head)
  if (mergeBase.ok) return { top, prefix, baseRef: ref, base: mergeBase.text, head }
  throw new InputError(
    `${ref} and HEAD have no common commit in this clone${await shallowHint(cwd, setting)}`,
  )
}

async function chooseBase(given: string | undefined, cwd: string, setting: ProgramSetting) {
  if (given !== undefined && !/^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(given))
    throw new InputError(
      `--base '${given}': not the name of a commit; give a branch, a tag or a hash, e.g. --base origin/main`,
    )
  for (const ref of given === undefined ? USUAL_BASES : [given]) {
    const commit = await commitOf(ref, cwd, setting)
    if (commit !== undefined) return { ref, commit }
  }
  if (given === undefined)
    throw new InputError(
      `none of ${USUAL_BASES.join(', ')} exists here; name the commit to compare with: --base REF`,
    )
  const hint = await shallowHint(cwd, setting)
  throw new InputError(
    `--base ${given}: no such commit here${hint === '' ? '; fetch it first: git fetch origin' : hint}`,
  )
}

async function commitOf(
  ref: string,
  cwd: string,
  setting: ProgramSetting,
): Promise<string | undefined> {
  const result = await git(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    cwd,
    setting,
  )
  return result.ok && /^[0-9a-f]{40,64}$/.test(result.text) ? result.text : undefined
}

function refuseChanges(top: string, isWritten: IsWritten | undefined): void {
  const changes = changedFiles(top, isWritten)
  if (changes.length === 0) return
  const shown = changes.slice(0, SHOWN_CHANGES)
  const rest = changes.length > shown.length ? ` and ${changes.length - shown.length} more` : ''
  throw new InputError(
    `the working tree has ${formatCounted(changes.length, 'uncommitted change')} (${shown.join(', ')}${rest}), but the gate compares commits; commit or stash them`,
  )
}

async function shallowHint(cwd: string, setting: ProgramSetting): Promise<string> {
  const shallow = await git(['rev-parse', '--is-shallow-repository'], cwd, setting)
  if (!shallow.ok || shallow.text !== 'true') return ''
  return '; this is a shallow clone: run git fetch --unshallow, or set fetch-depth: 0 in actions/checkout'
}

function noRepository(cwd: string, problem: string): InputError {
  return new InputError(
    `${cwd} is not inside a git working tree (${problem}); run the gate in the folder of a project under git`,
  )
}

function textOf(result: GitResult, explain: (problem: string) => Error): string {
  if (result.ok) return result.text
  throw explain(result.problem)
}
