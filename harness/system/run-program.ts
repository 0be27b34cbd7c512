import { spawn } from 'node:child_process'
import { type Limits, superviseProcess } from './supervise-process.js'

/** Another program, to be run to its end; its limits apply to every process it starts. */
export interface Program extends Limits {
  /** A path, or a name to be found on `PATH`. */
  readonly file: string
  readonly args: readonly string[]
  /** Absolute path of its working directory. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Called with each piece of stdout; without it, stdout is dropped. */
  readonly onStdout?: (text: string) => void
}

/**
 * Runs a program that needs no input: its stdin is empty and it has no terminal. It gets a process
 * group of its own, whose processes have all ended when this returns.
 *
 * @returns undefined after a clean exit; otherwise how it ended, with the last 2 kB of its stderr
 * @throws the signal's reason, once the program has ended, where the signal was aborted
 */
export async function runProgram(program: Program): Promise<string | undefined> {
  const { file, args, cwd, env, signal, onStdout } = program
  signal.throwIfAborted()
  const child = spawn(file, [...args], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const killAll = () => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // All processes of the group have ended.
    }
  }
  try {
    if (onStdout !== undefined) child.stdout.setEncoding('utf8').on('data', onStdout)
    const group = child.pid === undefined ? undefined : -child.pid
    const { problem, stderrTail } = await superviseProcess(child, program, killAll, group)
    if (problem === undefined || stderrTail === '') return problem
    return `${problem}; its stderr ends: ${stderrTail}`
  } finally {
    killAll()
  }
}
