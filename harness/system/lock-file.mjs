// @ts-check
import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

/**
 * A lock file that one process at a time holds. JavaScript, because the build takes it before any
 * TypeScript is compiled.
 *
 * @typedef {{ pid: number, host: string, since: string, processStart?: string | undefined }} Holder
 */

/**
 * Content of the locks that this process holds, by path.
 *
 * @type {Map<string, string>}
 */
const own = new Map()

/**
 * Takes a lock file. A lock whose process has ended is stale and is replaced.
 *
 * @param {string} path
 * @param {Date} now
 * @returns {string | undefined} undefined once the lock is taken; otherwise a description of its
 * holder, for messages
 */
export function takeLock(path, now) {
  const nonce = randomUUID()
  const temporary = `${path}.${nonce}`
  const content = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    since: now.toISOString(),
    processStart: readProcessStart(process.pid),
    nonce,
  })
  try {
    // Linking a finished file makes the lock appear with its whole content.
    writeFileSync(temporary, content)
    const isTaken =
      tryLink(temporary, path) || (breakStale(path, path, temporary) && tryLink(temporary, path))
    if (!isTaken) return describeHolder(path)
    own.set(path, content)
    removeAbandoned(path)
    return undefined
  } finally {
    rmSync(temporary, { force: true })
  }
}

/**
 * Removes a lock that this process holds. The lock of another process stays.
 *
 * @param {string} path
 */
export function releaseLock(path) {
  const content = own.get(path)
  own.delete(path)
  if (content !== undefined && readIfThere(path) === content) rmSync(path, { force: true })
}

/**
 * Whether a process that is alive, or that cannot be judged from here, holds a lock.
 *
 * @param {string} path
 * @returns {boolean}
 */
export function isLocked(path) {
  const content = readIfThere(path)
  return content !== undefined && isHeld(content)
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
 * Removes a lock whose process has ended. Only the process that holds a second lock, named after
 * the content of the stale one, may remove it: the content of every lock is different, so a process
 * that comes late finds another content and removes nothing. The second lock may be stale itself.
 *
 * @type {(file: string, path: string, temporary: string) => boolean} whether the lock may be free
 */
function breakStale(file, path, temporary) {
  const content = readIfThere(file)
  if (content === undefined) return true
  if (isHeld(content)) return false
  const breaker = `${path}.${createHash('sha256').update(content).digest('hex').slice(0, 32)}`
  if (!tryLink(temporary, breaker)) {
    if (!breakStale(breaker, path, temporary) || !tryLink(temporary, breaker)) return false
  }
  try {
    if (readIfThere(file) === content) rmSync(file, { force: true })
  } finally {
    rmSync(breaker, { force: true })
  }
  return true
}

/**
 * Removes files that killed processes left beside a lock. Called by its holder.
 *
 * @type {(path: string) => void}
 */
function removeAbandoned(path) {
  const ours = new RegExp(`^${escaped(basename(path))}\\.[0-9a-f-]{32,36}$`)
  for (const name of readdirSync(dirname(path))) {
    const file = join(dirname(path), name)
    const content = ours.test(name) ? readIfThere(file) : undefined
    if (content !== undefined && content !== '' && !isHeld(content)) rmSync(file, { force: true })
  }
}

/** @type {(text: string) => string} */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/**
 * Whether the process in a lock file is alive, or cannot be judged from here. Its start
 * distinguishes it from a later process with the same pid.
 *
 * @type {(content: string) => boolean}
 */
function isHeld(content) {
  const holder = toHolder(content)
  return holder === undefined || holder.host !== hostname() || isAlive(holder)
}

/**
 * Whether a process of this host is alive: the same one, by its start if that is known.
 *
 * @param {{ pid: number, processStart?: string | undefined }} identity
 * @returns {boolean}
 */
export function isAlive({ pid, processStart }) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  const start = readProcessStart(pid)
  return processStart === undefined || start === undefined || start === processStart
}

/** @type {(path: string) => string} */
function describeHolder(path) {
  const holder = toHolder(readIfThere(path) ?? '')
  return holder === undefined
    ? 'an unreadable lock'
    : `process ${holder.pid} on ${holder.host} since ${holder.since}`
}

/** @type {(content: string) => Holder | undefined} undefined if it is not a lock of ours */
function toHolder(content) {
  try {
    const holder = JSON.parse(content)
    const { pid, host, since } = holder
    const isValid =
      Number.isInteger(pid) && pid > 0 && typeof host === 'string' && typeof since === 'string'
    return isValid ? holder : undefined
  } catch {
    return undefined
  }
}

/** @type {(path: string) => string | undefined} */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Start of a process in ticks since boot: together with its pid it identifies one process. Absent
 * if the host does not report it.
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
