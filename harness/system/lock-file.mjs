// @ts-check
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * A lock file that one process at a time holds. JavaScript, because the build takes it before any
 * TypeScript is compiled.
 *
 * @typedef {{ pid: number, host: string, since: string, processStart?: string | undefined }} Holder
 */

/**
 * Takes a lock file. A lock whose process has ended is stale and is replaced.
 *
 * @param {string} path
 * @param {Date} now
 * @returns {string | undefined} undefined once the lock is taken; otherwise a description of its
 * holder, for messages
 */
export function takeLock(path, now) {
  const temporary = `${path}.${process.pid}`
  const self = {
    pid: process.pid,
    host: hostname(),
    since: now.toISOString(),
    processStart: readProcessStart(process.pid),
  }
  try {
    // Linking a finished file makes the lock appear with its whole content.
    writeFileSync(temporary, JSON.stringify(self))
    if (tryLink(temporary, path)) return undefined
    return breakIfStale(path) && tryLink(temporary, path) ? undefined : describeHolder(path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** @param {string} path */
export function releaseLock(path) {
  rmSync(path, { force: true })
}

/** @type {(temporary: string, path: string) => boolean} */
function tryLink(temporary, path) {
  try {
    linkSync(temporary, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes a lock whose process has ended.
 *
 * @type {(path: string) => boolean} whether the lock may be free now
 */
function breakIfStale(path) {
  if (isHeld(path)) return false
  const broken = `${path}.${process.pid}.stale`
  try {
    renameSync(path, broken)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true
    throw error
  }
  // Another process may have replaced the stale lock in between: that lock is held and goes back.
  if (isHeld(broken)) tryLink(broken, path)
  rmSync(broken, { force: true })
  return true
}

/**
 * Whether the process in a lock file is alive, or cannot be judged from here. Its start
 * distinguishes it from a later process with the same pid.
 *
 * @type {(path: string) => boolean}
 */
function isHeld(path) {
  const holder = readHolder(path)
  if (holder === undefined || holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  const start = readProcessStart(holder.pid)
  const { processStart } = holder
  return processStart === undefined || start === undefined || start === processStart
}

/** @type {(path: string) => string} */
function describeHolder(path) {
  const holder = readHolder(path)
  return holder === undefined
    ? 'an unreadable lock'
    : `process ${holder.pid} on ${holder.host} since ${holder.since}`
}

/** @type {(path: string) => Holder | undefined} undefined where the file is not a lock of ours */
function readHolder(path) {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8'))
    const { pid, host, since } = holder
    const isValid =
      Number.isInteger(pid) && pid > 0 && typeof host === 'string' && typeof since === 'string'
    return isValid ? holder : undefined
  } catch {
    return undefined
  }
}

/**
 * Start of a process in ticks since boot: together with its pid it identifies one process. Absent
 * where the host does not report it.
 *
 * @param {number} pid
 * @param {string} [proc] root of the proc file system; another one in tests
 * @returns {string | undefined}
 */
export function readProcessStart(pid, proc = '/proc') {
  try {
    // The second field, the command in parentheses, may contain spaces and parentheses itself.
    return readFileSync(`${proc}/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19]
  } catch {
    return undefined
  }
}

/** @type {(error: unknown) => unknown} */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
