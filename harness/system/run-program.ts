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
  /** After this long it is killed, with every process it started. */
  readonly timeoutMs: number
  /** Aborting it kills them too. */
  readonly signal: AbortSignal
  /** Told what it prints on stdout, as it comes; unless asked for, that is dropped. */
  readonly onStdout?: (text: string) => void
}

/**
 * Runs a program that asks nothing: its stdin is empty and there is no terminal. What it prints is
 * read, and dropped unless asked for. It gets a process group of its own, of which nothing is left
 * when this returns.
 *
 * @returns undefined where it ended well; else how it ended, with the last 2 kB of its stderr
 * @throws the signal's reason, once the program is gone, where the signal was aborted
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
      // Nothing of the group is left.
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
    const what = timedOut ? `timed out after ${timeoutMs / 1000} s` : ending
    if (what === undefined) return undefined
    return stderrTail() === '' ? what : `${what}; its stderr ends: ${stderrTail()}`
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', killAll)
    killAll()
  }
}
