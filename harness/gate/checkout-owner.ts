import { readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive, readProcessStart } from '../system/lock-file.mjs'

/** How the names of folders with checkouts begin. */
export const CHECKOUTS_PREFIX = 'assay-gate-'
const OWNER = 'owner.json'
/** An empty folder may be new: its process is about to write the owner. */
const NEW_MS = 600_000

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

/** Folders with checkouts whose process on this host has ended. Empty ones are removed. */
export function ownersGone(parent: string): AbandonedCheckouts[] {
  return namesIn(parent)
    .filter((name) => name.startsWith(CHECKOUTS_PREFIX))
    .flatMap((name) => {
      const folder = join(parent, name)
      const owner = readOwner(folder)
      if (owner === undefined) removeIfEmpty(folder)
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

function removeIfEmpty(folder: string): void {
  try {
    if (Date.now() - statSync(folder).mtimeMs > NEW_MS) rmdirSync(folder)
  } catch {
    // It is not empty, or belongs to another user.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
