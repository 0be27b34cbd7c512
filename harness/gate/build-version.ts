import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Program, runProgram } from '../system/run-program.js'
import type { ProgramSetting } from './git.js'

/** A version of the project to build. */
export interface BuildRequest {
  /** The project in its checkout, absolute. */
  readonly project: string
  /**
   * The project in which the gate was started. Its installed packages are used if the lock files
   * are equal.
   */
  readonly installed: string
  /** npm script that builds it; absent if there is nothing to build. */
  readonly script?: string
  readonly setting: ProgramSetting
}

const TIMEOUT_MS = 900_000
const LOCK = 'package-lock.json'
/** Variables of the npm that started the gate. They describe another package than the built one. */
const VARIABLES_OF_NPM =
  /^npm_(package|lifecycle)_|^npm_(command|config_local_prefix|execpath)$|^INIT_CWD$/i
const LONGEST_LINE = 400

/**
 * Installs the packages of a checkout and builds it.
 *
 * @returns undefined if it was built; otherwise the problem, beginning with the first error that
 * the compiler printed
 * @throws the signal's reason, if it was aborted
 */
export async function buildVersion(request: BuildRequest): Promise<string | undefined> {
  const { project, script } = request
  const problem = await installPackages(request)
  if (problem !== undefined) return problem
  if (script === undefined) return undefined
  return await runNpm(['run', '-s', script], project, request.setting)
}

/**
 * If the lock files are equal, links to the packages that are installed already, in a folder of the
 * checkout, so that the versions share no cache. Otherwise installs them.
 */
async function installPackages({
  project,
  installed,
  setting,
}: BuildRequest): Promise<string | undefined> {
  const from = join(installed, 'node_modules')
  const into = join(project, 'node_modules')
  if (existsSync(into)) return undefined
  if (!existsSync(from) || !hasSameLock(project, installed)) {
    if (!existsSync(join(project, LOCK))) return undefined
    return await runNpm(
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      project,
      setting,
    )
  }
  mkdirSync(into)
  for (const name of readdirSync(from))
    if (name !== '.cache') symlinkSync(join(from, name), join(into, name))
  return undefined
}

function hasSameLock(project: string, installed: string): boolean {
  const [one, other] = [project, installed].map((folder) => {
    const path = join(folder, LOCK)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  })
  return one === other
}

async function runNpm(
  args: Program['args'],
  project: string,
  { env, signal }: ProgramSetting,
): Promise<string | undefined> {
  let printed = ''
  const ending = await runProgram({
    file: 'npm',
    args,
    cwd: project,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !VARIABLES_OF_NPM.test(name))),
    timeoutMs: TIMEOUT_MS,
    signal,
    onStdout: (text) => {
      // The first error is the useful one, so later output may be dropped.
      if (printed.length < 1e6) printed += text
    },
  })
  if (ending === undefined) return undefined
  return `${firstError(printed) ?? firstError(ending) ?? 'no error was printed'} (npm ${args.join(' ')} ${ending.split(';')[0]!})`
}

/** The first line with the word error. Compilers print it on stdout. */
function firstError(text: string): string | undefined {
  const line = text.split(/\n| \| /).find((one) => /error\b/i.test(one))
  return line?.trim().slice(0, LONGEST_LINE)
}
