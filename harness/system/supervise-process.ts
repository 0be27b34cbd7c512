import type { ChildProcess } from 'node:child_process'
import { endWithThisProcess } from './watchdog.js'

const TAIL_BYTES = 2048
const STREAM_GRACE_MS = 1000

/** When a child process is killed. */
export interface Limits {
  /** It is killed after this time. */
  readonly timeoutMs: number
  /** Aborting it kills the process. */
  readonly signal: AbortSignal
}

/** How a child process ended. */
export interface ProcessEnd {
  /** For messages; undefined for a clean exit. */
  readonly problem: string | undefined
  /** The last 2 kB of its stderr, in one line. */
  readonly stderrTail: string
}

/**
 * Waits until a child process and its streams have ended, and kills it where it has to. Its stdout
 * is drained, so that a full pipe never blocks it.
 *
 * @param kill how to kill it
 * @param id    its process, or negative: its group, which must not outlive this process
 * @throws the signal's reason, once the process has ended, where the signal was aborted
 */
export async function superviseProcess(
  child: ChildProcess,
  { timeoutMs, signal }: Limits,
  kill: () => void,
  id = child.pid,
): Promise<ProcessEnd> {
  const release = id === undefined ? () => {} : endWithThisProcess(id)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    kill()
  }, timeoutMs)
  signal.addEventListener('abort', kill)
  try {
    const stderrTail = tailOf(child)
    const problem = await ended(child)
    signal.throwIfAborted()
    return {
      problem: timedOut ? `timed out after ${timeoutMs / 1000} s` : problem,
      stderrTail: stderrTail(),
    }
  } finally {
    release()
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
  }
}

function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`could not be started or reached: ${error.message}`))
    const describe = (code: number | null, signal: NodeJS.Signals | null) =>
      signal !== null
        ? `was killed by ${signal}`
        : code === 0
          ? undefined
          : `exited with code ${code}`
    child.on('close', (code, signal) => resolve(describe(code, signal)))
    // A process it started may keep its streams open; then `close` never comes.
    child.on('exit', (code, signal) => {
      const grace = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        resolve(describe(code, signal))
      }, STREAM_GRACE_MS)
      child.on('close', () => clearTimeout(grace))
    })
  })
}

function tailOf(child: ChildProcess): () => string {
  let tail = Buffer.alloc(0)
  child.stdout?.resume()
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES)
  })
  return () =>
    tail
      .toString('utf8')
      .trim()
      .replace(/\s*\n\s*/g, ' | ')
}
