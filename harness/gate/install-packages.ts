import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { withoutGitVariables } from '../system/git-environment.js'
import { runProgram } from '../system/run-program.js'
import type { ProgramSetting } from './git.js'
import { hasInstalled, reuseInstalled } from './installed-packages.js'
import { type PackageManager, packageManagerOf, WITHOUT_LOCK } from './package-manager.js'
import { hasSameLocks, packageFolders, patchesOf, withParents } from './package-manifests.js'
import { plugNPlayProblem } from './refuse-plug-n-play.js'

/** A checkout that needs its packages. */
export interface InstallRequest {
  /** Root of the checkout, absolute. */
  readonly checkout: string
  /** Root of the checkout in which the gate was started. */
  readonly here: string
  /** Path of the project below the root; '' at the root. */
  readonly prefix: string
  /** Whether to install even if the lock files equal those of the packages installed here. */
  readonly fresh: boolean
  readonly setting: ProgramSetting
}

/** How installing ended. */
export interface InstallEnding {
  /** Absent if the packages are there. */
  readonly problem?: string
  /** Links to packages outside of the repository, the same for every version. */
  readonly outside: readonly string[]
}

const TIMEOUT_MS = 900_000
/** Variables of the npm that started the gate. They describe another package than the built one. */
const VARIABLES_OF_NPM =
  /^npm_(package|lifecycle)_|^npm_(command|config_local_prefix|execpath)$|^INIT_CWD$/i
const LONGEST_LINE = 400

/**
 * Gives a checkout its packages. If the lock files are equal, it gets the packages installed here.
 * Otherwise the packages of its own lock file are installed, without running their scripts.
 * Those of yarn Plug'n'Play are refused.
 *
 * @throws the signal's reason, if it was aborted
 */
export async function installPackages(request: InstallRequest): Promise<InstallEnding> {
  const { checkout, here, prefix, fresh, setting } = request
  const folders = packageFolders(checkout)
  const installation = { here, checkout, folders }
  const isHere = hasInstalled(installation)
  const unusable =
    plugNPlayProblem(checkout, prefix) ?? (fresh ? undefined : plugNPlayProblem(here, prefix))
  if (unusable !== undefined) return { outside: [], problem: unusable }
  if (isHere && !fresh && hasSameLocks(checkout, folders, here))
    return { outside: reuseInstalled(installation) }
  const { folder, manager } = managerFor(checkout, prefix)
  // Nothing is installed: the packages may be committed, or a project without a lock file may not
  // need any.
  if (existsSync(join(folder, 'node_modules')) || (manager === WITHOUT_LOCK && !isHere))
    return { outside: [] }
  const patch = patchesOf(checkout, folders)[0]
  if (patch !== undefined && !manager.patches)
    return {
      outside: [],
      problem: `its packages have to be installed, but install scripts, which the gate does not run, patch them: ${patch}`,
    }
  // Plug'n'Play is the default of yarn, so a project may have it without a word of it.
  const problem = (await runManager(manager, folder, setting)) ?? plugNPlayProblem(checkout, prefix)
  return problem === undefined ? { outside: [] } : { outside: [], problem }
}

/** The folder of the nearest lock file. Packages are installed there. */
function managerFor(
  checkout: string,
  prefix: string,
): { readonly folder: string; readonly manager: PackageManager } {
  for (const parent of withParents(prefix)) {
    const folder = join(checkout, parent)
    const manager = packageManagerOf(folder)
    if (manager !== undefined) return { folder, manager }
  }
  return { folder: join(checkout, prefix), manager: WITHOUT_LOCK }
}

/**
 * Runs npm or another package manager in a folder.
 *
 * @returns undefined after a clean exit; otherwise the problem, beginning with the first error that
 * was printed
 * @throws the signal's reason, if it was aborted
 */
export async function runManager(
  { file, args }: Pick<PackageManager, 'file' | 'args'>,
  folder: string,
  { env, signal }: ProgramSetting,
): Promise<string | undefined> {
  let printed = ''
  const ending = await runProgram({
    file,
    args,
    cwd: folder,
    env: Object.fromEntries(
      Object.entries(withoutGitVariables(env)).filter(([name]) => !VARIABLES_OF_NPM.test(name)),
    ),
    timeoutMs: TIMEOUT_MS,
    signal,
    onStdout: (text) => {
      // The first error is the useful one, so later output may be dropped.
      if (printed.length < 1e6) printed += text
    },
  })
  if (ending === undefined) return undefined
  return `${firstError(printed) ?? firstError(ending) ?? 'no error was printed'} (${file} ${args.join(' ')} ${ending.split(';')[0]!})`
}

/** The word error, and how pnpm (a code) and yarn (a sentence) begin theirs without it. */
const ERROR = /error\b|\bERR_[A-Z]|\bENOENT\b|lockfile would have been modified/i

/** The first line that names an error. Compilers print it on stdout. */
function firstError(text: string): string | undefined {
  const line = text.split(/\n| \| /).find((one) => ERROR.test(one))
  return line?.trim().slice(0, LONGEST_LINE)
}
