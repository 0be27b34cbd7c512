import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { namesIfThere } from '../system/files.js'
import { isAlive } from '../system/lock-file.mjs'
import {
  decisionsOf,
  EVIDENCE_FILES,
  evidenceFolders,
  evidenceOf,
  recordIds,
  reportsOf,
} from './evidence-store.js'

/** Files and folders that are written beside their place: `.plan.json.4711`. */
const TEMPORARY = /^\..+\.(\d+)$/

/**
 * Removes what killed processes left in an evidence root: numbers that were claimed without a plan,
 * and unfinished writes. To be called under the lock of the root. Anything else stays.
 *
 * @returns what was removed, for a note
 */
export function sweepEvidence(root: string): string[] {
  const places = [decisionsOf(root), reportsOf(root), evidenceOf(root)]
  const folders = evidenceFolders(root).map((id) => join(evidenceOf(root), id))
  const unfinished = [...places, ...folders].flatMap(abandonedIn)
  const decided = new Set(recordIds(root))
  const unplanned = evidenceFolders(root)
    .filter((id) => !decided.has(id) && isUnplanned(join(evidenceOf(root), id)))
    .map((id) => join(evidenceOf(root), id))
  const removed = [...unfinished, ...unplanned]
  for (const path of removed) rmSync(path, { recursive: true, force: true })
  return removed
}

/** Paths of unfinished writes of processes that have ended. */
function abandonedIn(folder: string): string[] {
  return namesIfThere(folder).flatMap((name) => {
    const pid = Number(TEMPORARY.exec(name)?.[1])
    return Number.isSafeInteger(pid) && pid > 0 && pid !== process.pid && !isAlive({ pid })
      ? [join(folder, name)]
      : []
  })
}

/** Without a plan there are no runs; a file of the user keeps the folder. */
function isUnplanned(folder: string): boolean {
  const names = namesIfThere(folder)
  return (
    lstatSync(folder).isDirectory() &&
    !names.includes('plan.json') &&
    names.every((name) => EVIDENCE_FILES.includes(name) || TEMPORARY.test(name))
  )
}
