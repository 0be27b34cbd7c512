import { type ChildProcess, fork } from 'node:child_process'
import { compiledModule } from '../../harness/system/package-root.js'

const HOG = new URL(
  compiledModule(
    new URL(import.meta.url.endsWith('.ts') ? './hog.ts' : './hog.js', import.meta.url).href,
  ),
)

/**
 * Runs an action while other processes keep one core each busy. These processes have ended when
 * the promise settles. If this process dies, they end by themselves.
 *
 * @param count number of busy processes
 * @throws the errors of the action
 */
export async function withHogs<Result>(
  count: number,
  action: () => Promise<Result>,
): Promise<Result> {
  const hogs = Array.from({ length: count }, () =>
    fork(HOG, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: {} }),
  )
  try {
    await Promise.all(hogs.map(started))
    return await action()
  } finally {
    await Promise.all(hogs.map(end))
  }
}

function started(hog: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    hog.once('spawn', resolve)
    hog.once('error', reject)
  })
}

function end(hog: ChildProcess): Promise<void> {
  if (hog.exitCode !== null || hog.signalCode !== null || hog.pid === undefined)
    return Promise.resolve()
  return new Promise((resolve) => {
    hog.once('exit', () => resolve())
    hog.kill('SIGKILL')
  })
}
