import type { ChildProcess } from 'node:child_process'

const TAIL_BYTES = 2048
const STREAM_GRACE_MS = 1000

/**
 * Waits until a process and its streams have ended.
 *
 * @returns how it ended, for messages; undefined for a clean exit
 */
export function ended(child: ChildProcess): Promise<string | undefined> {
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

/**
 * Keeps the last 2 kB of stderr, and drains stdout so that a full pipe never blocks the process.
 *
 * @returns reads the text so far, in one line
 */
export function tailOf(child: ChildProcess): () => string {
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
