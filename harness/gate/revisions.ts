import { InputError } from '../errors.js'
import { changedFiles } from '../measurement/source-state.js'
import { formatCounted } from '../text/format.js'
import { type GitResult, git, type ProgramSetting } from './git.js'

/** What is compared. */
export interface Revisions {
  /** Root of the working tree, absolute. */
  readonly top: string
  /** The project below it, `packages/engine/`; empty where it is the root. */
  readonly prefix: string
  /** What the user named, or what was taken in its place. */
  readonly baseRef: string
  /** Where head left the base: their merge-base. */
  readonly base: string
  readonly head: string
}

/** Taken where no base is named, the first that exists. */
const USUAL_BASES = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']
const SHOWN_CHANGES = 3

/**
 * Finds both commits. Head is what is committed: of a tree with changes nobody could say afterwards
 * what was measured.
 *
 * @param cwd     a folder in the working tree: that of the project
 * @param baseRef any name of a commit; undefined: the usual ones are tried
 * @throws {InputError} no repository, no such commit, no common history, or uncommitted changes;
 * says what to do
 */
export async function findRevisions(
  cwd: string,
  baseRef: string | undefined,
  setting: ProgramSetting,
): Promise<Revisions> {
  const ask = (...args: string[]) => git(args, cwd, setting)
  const top = textOf(await ask('rev-parse', '--show-toplevel'), (problem) =>
    noRepository(cwd, problem),
  )
  const prefix = textOf(await ask('rev-parse', '--show-prefix'), (problem) =>
    noRepository(cwd, problem),
  )
  const head = await commitOf('HEAD', cwd, setting)
  if (head === undefined) throw new InputError(`${top} has no commit yet; commit before comparing`)
  refuseChanges(top)
  const { ref, commit } = await chooseBase(baseRef, cwd, setting)
  const found = await ask('merge-base', commit, head)
  if (found.ok) return { top, prefix, baseRef: ref, base: found.text, head }
  throw new InputError(
    `${ref} and HEAD have no common commit here${await shallowHint(cwd, setting)}`,
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
      `none of ${USUAL_BASES.join(', ')} exists here; name what to compare with: --base REF`,
    )
  const hint = await shallowHint(cwd, setting)
  throw new InputError(
    `--base ${given}: no such commit here${hint === '' ? '; is it fetched? git fetch origin brings branches up to date' : hint}`,
  )
}

async function commitOf(
  ref: string,
  cwd: string,
  setting: ProgramSetting,
): Promise<string | undefined> {
  const found = await git(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    cwd,
    setting,
  )
  return found.ok && /^[0-9a-f]{40,64}$/.test(found.text) ? found.text : undefined
}

function refuseChanges(top: string): void {
  const changes = changedFiles(top)
  if (changes.length === 0) return
  const shown = changes.slice(0, SHOWN_CHANGES).map((line) => line.slice(3))
  const rest = changes.length > shown.length ? ` and ${changes.length - shown.length} more` : ''
  throw new InputError(
    `the working tree has ${formatCounted(changes.length, 'uncommitted change')} (${shown.join(', ')}${rest}), and the gate compares commits; commit or stash them`,
  )
}

async function shallowHint(cwd: string, setting: ProgramSetting): Promise<string> {
  const shallow = await git(['rev-parse', '--is-shallow-repository'], cwd, setting)
  if (!shallow.ok || shallow.text !== 'true') return ''
  return '; this is a shallow clone: git fetch --unshallow, or fetch-depth: 0 in actions/checkout'
}

function noRepository(cwd: string, problem: string): InputError {
  return new InputError(
    `${cwd} is not inside a git working tree (${problem}); run the gate in the project to be compared`,
  )
}

function textOf(result: GitResult, explain: (problem: string) => Error): string {
  if (result.ok) return result.text
  throw explain(result.problem)
}
