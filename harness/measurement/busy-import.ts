import { Worker } from 'node:worker_threads'

/** Time by which a deadline of the main thread comes first, ms. */
const GRACE_MS = 1_000

/** Only a signal ends a process whose main thread never returns. */
const SCRIPT = `
const { text, lastWords, afterMs } = require('node:worker_threads').workerData
const { writeSync } = require('node:fs')
setTimeout(() => {
  writeSync(2, text)
  if (lastWords !== '') writeSync(1, lastWords)
  process.kill(process.pid, 'SIGKILL')
}, afterMs)
`

/**
 * Ends this process if its main thread does not return from an import: no timer and no signal
 * handler of that thread can run meanwhile. A thread of its own waits, and needs no CPU.
 *
 * @param name       of the module in the message
 * @param deadlineMs by which the import must have ended
 * @param lastWords  written to stdout before the end
 * @returns stops watching
 */
export function endIfBusy(name: string, deadlineMs: number, lastWords = ''): () => void {
  const text = `assay: ${name}: its import computes without an end, so this process was killed after ${deadlineMs / 1000} s; a suite only declares what is measured, and works in prepare and run\n`
  const watcher = new Worker(SCRIPT, {
    eval: true,
    execArgv: [],
    workerData: { text, lastWords, afterMs: deadlineMs + GRACE_MS },
  })
  watcher.unref()
  // Without threads to spare, the import is only not watched.
  watcher.on('error', () => {})
  return () => void watcher.terminate()
}
