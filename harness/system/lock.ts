import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { InputError } from '../errors.js'
import { explainFileError } from './files.js'
import { readProcessStart } from './proc.js'

/** Who holds a directory. The start of the process tells it from a later one with the same pid. */
const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  processStart: z.string().optional(),
  since: z.string(),
})
type Holder = z.infer<typeof holderSchema>

export interface EvidenceLock {
  release(): void
}

/**
 * Takes the lock of an evidence directory, so that two evaluations neither disturb each other's
 * times nor share a number. A lock whose process is gone is stale and is replaced.
 *
 * @param directory `profiling-results/`; must exist
 * @throws {InputError} another evaluation is at work there
 */
export function acquireLock(directory: string, now: Date): EvidenceLock {
  const path = join(directory, '.lock')
  const own = join(directory, `.lock.${process.pid}`)
  try {
    // Linking a finished file makes the lock appear with its content or not at all.
    writeFileSync(own, JSON.stringify(describeSelf(now)))
    if (!tryLink(own, path)) {
      breakIfStale(path)
      if (!tryLink(own, path)) throw heldError(path, readHolder(path))
    }
  } catch (error) {
    throw explainFileError(error, path)
  } finally {
    rmSync(own, { force: true })
  }
  return { release: () => rmSync(path, { force: true }) }
}

function describeSelf(now: Date): Holder {
  const processStart = readProcessStart(process.pid)
  return {
    pid: process.pid,
    host: hostname(),
    since: now.toISOString(),
    ...(processStart !== undefined && { processStart }),
  }
}

function tryLink(own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** @throws {InputError} the holder is alive, or nobody can tell from here */
function breakIfStale(path: string): void {
  const holder = readHolder(path)
  if (holder === undefined || isAlive(holder)) throw heldError(path, holder)
  const broken = `${path}.${process.pid}.stale`
  renameSync(path, broken)
  // Another process may have replaced the stale lock in between: then this one is alive, and goes
  // back.
  const moved = readHolder(broken)
  if (moved !== undefined && isAlive(moved)) tryLink(broken, path)
  rmSync(broken, { force: true })
}

function readHolder(path: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

function isAlive({ pid, host, processStart }: Holder): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  const start = readProcessStart(pid)
  return processStart === undefined || start === undefined || start === processStart
}

function heldError(path: string, holder: Holder | undefined): InputError {
  const who =
    holder === undefined
      ? 'a lock nobody can read'
      : `process ${holder.pid} on ${holder.host} since ${holder.since}`
  return new InputError(
    `another evaluation is at work in this directory (${who}); wait for it, use another --out, or delete ${path} if it is gone`,
  )
}
