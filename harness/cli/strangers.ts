import { type Dirent, existsSync } from 'node:fs'
import { join } from 'node:path'
import { CALIBRATION_FOLDERS } from '../calibrate/calibration-store.js'
import { BOTTLENECKS } from '../evidence/bottlenecks-file.js'
import {
  decisionsOf,
  EVIDENCE_FILES,
  evidenceOf,
  readBeginning,
  recordIds,
  reportsOf,
  unfinishedIds,
} from '../evidence/evidence-store.js'
import { RECORD_ID } from '../evidence/field-schemas.js'
import { CAMPAIGNS } from '../record/campaign-store.js'
import { REPORT_INDEX } from '../report/report-index-file.js'
import { entriesIfThere } from '../system/files.js'
import { isAtWork } from '../system/lock.js'

/** Files that a project may put into any folder; unfinished writes, which the next run removes. */
const HARMLESS = /^(\.git(keep|ignore|attributes)|\.DS_Store|\..+\.\d+)$/
const STATE = /^\.(lock(\.[0-9a-f-]+)?|publishing\.json|sequence\.json)$/
/** Folders that are outputs, not evidence: nothing is derived from them. */
const OUTPUTS = /^(gate|\.?profile-.*)$/
const CALIBRATIONS = 'calibration'
const CALIBRATED_HOST = /^[0-9a-f]{12}$/

/**
 * Everything in an evidence root that no command wrote there, each with its path and the remedy:
 * foreign files and folders, links, empty folders, evidence without a plan.
 */
export function strangersIn(root: string): string[] {
  const ids = recordIds(root)
  const decisions = ['README.md', ...ids.flatMap((id) => [`${id}.json`, `${id}.md`])]
  const reports = [REPORT_INDEX, ...ids.flatMap((id) => [`${id}.html`, `${id}.svg`])]
  return [
    ...foreignIn(
      decisionsOf(root),
      (entry) =>
        (entry.isFile() && decisions.includes(entry.name)) ||
        (entry.isDirectory() && entry.name === CAMPAIGNS),
    ),
    ...foreignIn(reportsOf(root), (entry) => entry.isFile() && reports.includes(entry.name)),
    ...foreignIn(evidenceOf(root), isEvidence),
    ...evidenceFolders(root).flatMap((id) => uncoveredIn(join(evidenceOf(root), id))),
    ...uncoveredIn(join(evidenceOf(root), CALIBRATIONS)),
    ...foreignCalibrations(root),
    ...undecided(root),
  ]
}

/** Ids of the complete calibrations of an evidence root, relative to `profiling-results/`. */
export function calibrationIds(root: string): string[] {
  const parent = join(evidenceOf(root), CALIBRATIONS)
  return entriesIfThere(parent)
    .filter((host) => host.isDirectory())
    .flatMap((host) =>
      entriesIfThere(join(parent, host.name)).map(({ name }) => join(host.name, name)),
    )
    .filter((id) => !id.endsWith('.unfinished'))
    .map((id) => join(CALIBRATIONS, id))
}

function isEvidence(entry: Dirent): boolean {
  if (entry.isFile()) return entry.name === BOTTLENECKS || STATE.test(entry.name)
  const { name } = entry
  return (
    entry.isDirectory() && (RECORD_ID.test(name) || name === CALIBRATIONS || OUTPUTS.test(name))
  )
}

function foreignIn(folder: string, isKnown: (entry: Dirent) => boolean): string[] {
  return entriesIfThere(folder)
    .filter((entry) => !isKnown(entry) && !(HARMLESS.test(entry.name) && !entry.isSymbolicLink()))
    .map((entry) => foreign(join(folder, entry.name), entry))
}

function foreign(path: string, entry: Dirent): string {
  return entry.isSymbolicLink()
    ? `${path} is a link, which is not what was written; put the file itself there`
    : `${path} was not written by assay, or its record is missing; move it elsewhere or delete it`
}

/**
 * Links, pipes, hidden files and empty folders at any depth: no command makes them, and no digest
 * covers them.
 */
function uncoveredIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = entriesIfThere(folder)
  if (entries.length === 0) return [`${folder} is empty; delete it`]
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return uncoveredIn(path)
    const isCovered = entry.isFile() && (!entry.name.startsWith('.') || HARMLESS.test(entry.name))
    return isCovered ? [] : [foreign(path, entry)]
  })
}

/**
 * What is in the folder of the ledgers and belongs to no campaign.
 *
 * @param campaigns names of the campaigns of the evidence root
 */
export function foreignLedgers(root: string, campaigns: readonly string[]): string[] {
  const folder = join(decisionsOf(root), CAMPAIGNS)
  const isThere = entriesIfThere(decisionsOf(root)).some(
    (entry) => entry.isDirectory() && entry.name === CAMPAIGNS,
  )
  if (!isThere) return []
  if (entriesIfThere(folder).length === 0) return [`${folder} is empty; delete it`]
  return foreignIn(
    folder,
    (entry) => entry.isFile() && campaigns.some((name) => entry.name === `${name}.json`),
  )
}

function foreignCalibrations(root: string): string[] {
  const parent = join(evidenceOf(root), CALIBRATIONS)
  const hosts = entriesIfThere(parent).filter((entry) => entry.isDirectory())
  return [
    ...foreignIn(parent, (entry) => entry.isDirectory() && CALIBRATED_HOST.test(entry.name)),
    ...hosts.flatMap(({ name }) =>
      foreignIn(
        join(parent, name),
        (entry) => entry.isDirectory() && CALIBRATION_FOLDERS.includes(entry.name),
      ),
    ),
  ]
}

/** Evidence without a record; that of an evaluation at work is left alone. */
function undecided(root: string): string[] {
  if (isAtWork(evidenceOf(root))) return []
  const unfinished = unfinishedIds(root)
  const decided = recordIds(root)
  return evidenceFolders(root)
    .filter((id) => !decided.includes(id))
    .flatMap((id) => {
      const folder = join(evidenceOf(root), id)
      return unfinished.includes(id)
        ? foreignIn(folder, (entry) => isPlanned(root, id, entry))
        : [`${folder} has neither plan nor record; the next evaluation removes it, or delete it`]
    })
}

function isPlanned(root: string, id: string, entry: Dirent): boolean {
  if (entry.isFile()) return EVIDENCE_FILES.includes(entry.name)
  const { plan } = readBeginning(root, id)
  return entry.isDirectory() && plan.workloads.some((workload) => workload.id === entry.name)
}

function evidenceFolders(root: string): string[] {
  return entriesIfThere(evidenceOf(root))
    .filter((entry) => entry.isDirectory() && RECORD_ID.test(entry.name))
    .map(({ name }) => name)
}
