import { readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive, readProcessStart } from '../system/lock-file.mjs'
import { listNames } from '../system/proc.js'

/** How the names of this process's folders with checkouts begin. */
export const CHECKOUTS_PREFIX = `assay-gate-${process.pid}-`
/** A folder with checkouts, with the process that made it. */
const CHECKOUTS = /^assay-gate-(\d+)-/
const OWNER = 'owner.json'

const ownerSchema = z.strictObject({
  pid: z.int().positive(),
  processStart: z.string().optional(),
  host: z.string(),
  /** Root of the repository whose commits are checked out. */
  top: z.string(),
})

/** Checkouts of a gate that has ended without removing them. */
export interface AbandonedCheckouts {
  readonly folder: string
  readonly top: string
}

/** Writes into a folder with checkouts which process they belong to. */
export function markOwner(folder: string, top: string): void {
  const owner = {
    pid: process.pid,
    processStart: readProcessStart(process.pid),
    host: hostname(),
    top,
  }
  writeFileSync(join(folder, OWNER), JSON.stringify(owner))
}

/**
 * Folders with checkouts whose process on this host has ended. A folder whose process ended before
 * it wrote its owner holds nothing, and is removed.
 */
export function ownersGone(parent: string): AbandonedCheckouts[] {
  return listNames(parent).flatMap((name) => {
    const pid = CHECKOUTS.exec(name)?.[1]
    if (pid === undefined) return []
    const folder = join(parent, name)
    const owner = readOwner(folder)
    if (owner === undefined) removeUnmarked(folder, Number(pid))
    const isGone = owner !== undefined && owner.host === hostname() && !isAlive(owner)
    return isGone ? [{ folder, top: owner.top }] : []
  })
}

function readOwner(folder: string): z.infer<typeof ownerSchema> | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(join(folder, OWNER), 'utf8')))
  } catch {
    return undefined
  }
}

function removeUnmarked(folder: string, pid: number): void {
  if (isAlive({ pid })) return
  try {
    rmSync(join(folder, OWNER), { force: true })
    rmdirSync(folder)
  } catch {
    // Something else is in it, or it belongs to another user.
  }
}
