import { spawn } from 'node:child_process'
import { ended, tailOf } from './process-end.js'

/** Another program, to be run to its end. */
export interface Program {
  /** A path, or a name to be found on `PATH`. */
  readonly file: string
  readonly args: readonly string[]
  /** Absolute path of its working directory. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The program is killed after this time, with every process it started. */
  readonly timeoutMs: number
  /** Aborting it does the same. */
  readonly signal: AbortSignal
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
export async function runProgram({
  file,
  args,
  cwd,
  env,
  timeoutMs,
  signal,
  onStdout,
}: Program): Promise<string | undefined> {
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
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    killAll()
  }, timeoutMs)
  signal.addEventListener('abort', killAll)
  try {
    const stderrTail = tailOf(child)
    if (onStdout !== undefined) child.stdout.setEncoding('utf8').on('data', onStdout)
    const ending = await ended(child)
    signal.throwIfAborted()
    const problem = timedOut ? `timed out after ${timeoutMs / 1000} s` : ending
    if (problem === undefined) return undefined
    return stderrTail() === '' ? problem : `${problem}; its stderr ends: ${stderrTail()}`
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', killAll)
    killAll()
  }
}
