// @ts-check
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * A lock file that one process at a time holds. JavaScript, because the build takes it before any
 * TypeScript is compiled.
 */

/**
 * The holder of a lock. The start of the process distinguishes it from a later one with its pid.
 *
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} host
 * @property {string} since ISO time
 * @property {string} [processStart] absent where the host does not report it
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
  try {
    // Linking a finished file makes the lock appear with its whole content.
    writeFileSync(temporary, JSON.stringify(describeSelf(now)))
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

/**
 * @param {Date} now
 * @returns {Holder}
 */
function describeSelf(now) {
  const holder = { pid: process.pid, host: hostname(), since: now.toISOString() }
  const processStart = readProcessStart(process.pid)
  return processStart === undefined ? holder : { ...holder, processStart }
}

/**
 * @param {string} temporary
 * @param {string} path
 */
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
 * @param {string} path
 * @returns {boolean} whether the lock may be free now
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
 * Whether the process in a lock file is alive, or cannot be judged from here.
 *
 * @param {string} path
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

/** @param {string} path */
function describeHolder(path) {
  const holder = readHolder(path)
  return holder === undefined
    ? 'an unreadable lock'
    : `process ${holder.pid} on ${holder.host} since ${holder.since}`
}

/**
 * @param {string} path
 * @returns {Holder | undefined} undefined where the file is not a lock of ours
 */
function readHolder(path) {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8'))
    const isValid =
      Number.isInteger(holder.pid) &&
      holder.pid > 0 &&
      typeof holder.host === 'string' &&
      typeof holder.since === 'string'
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

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
