import { spawnSync } from 'node:child_process'
import { gitEnvironment } from '../system/git-environment.js'
import { runProgram } from '../system/run-program.js'

/** Environment and abort signal of the programs that the gate starts. */
export interface ProgramSetting {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** The trimmed output of git, or how it failed. */
export type GitResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string }

const TIMEOUT_MS = 120_000
/** Hooks of the repository must not run in the gate's checkouts. */
const WITHOUT_HOOKS = ['-c', 'core.hooksPath=/dev/null']

/**
 * Runs git in a folder.
 *
 * @param more further variables of its environment
 * @throws the signal's reason if the signal was aborted
 */
export async function git(
  args: readonly string[],
  cwd: string,
  { env, signal }: ProgramSetting,
  more: Readonly<Record<string, string>> = {},
): Promise<GitResult> {
  let text = ''
  const problem = await runProgram({
    file: 'git',
    args: [...WITHOUT_HOOKS, ...args],
    cwd,
    env: { ...gitEnvironment(env), ...more },
    timeoutMs: TIMEOUT_MS,
    signal,
    onStdout: (part) => {
      text += part
    },
  })
  return problem === undefined
    ? { ok: true, text: text.trim() }
    : { ok: false, problem: `git ${problem}` }
}

/** Runs git to clean up, also after an abort. @returns whether it succeeded */
export function gitToTheEnd(
  args: readonly string[],
  cwd: string,
  env: ProgramSetting['env'],
): boolean {
  return readFromGit(args, cwd, env) !== undefined
}

/** The trimmed output of git, also after an abort; undefined if it failed. */
export function readFromGit(
  args: readonly string[],
  cwd: string,
  env: ProgramSetting['env'],
): string | undefined {
  const { status, stdout } = spawnSync('git', [...WITHOUT_HOOKS, ...args], {
    cwd,
    env: gitEnvironment(env),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: TIMEOUT_MS,
  })
  return status === 0 ? stdout.trim() : undefined
}
