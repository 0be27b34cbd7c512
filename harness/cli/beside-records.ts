import { join } from 'node:path'
import { readCalibration } from '../calibrate/calibration-store.js'
import { AssayError } from '../errors.js'
import { evidenceOf, readUnfinished, unfinishedIds } from '../evidence/evidence-store.js'
import { compareLedger, ledgerPath, readableCampaigns } from '../record/campaign-store.js'
import { readRecords } from '../record/record-store.js'
import { bottlenecksFile, checkBottlenecks } from '../report/bottlenecks-page.js'
import { readIfThere } from '../system/files.js'
import { isAtWork } from '../system/lock.js'
import { sealOf } from '../system/sealed-text.js'
import { refuseUnplannedRuns } from '../verdict/journal-audit.js'
import type { CommandOnRoot } from './command-text.js'
import { calibrationIds, foreignLedgers, strangersIn } from './strangers.js'

/** Problems of what no record is about: strangers, calibrations, consolidated profiles. */
export function besideRecords(root: string, command: CommandOnRoot): string[] {
  return [
    ...problemsOf(() => strangersIn(root)),
    ...unfinishedProblems(root),
    ...ledgerProblems(root, command),
    ...calibrationIds(root).flatMap((id) =>
      problemsOf(() => {
        const isThere = readCalibration(root, id) !== undefined
        return isThere ? [] : [`${join(evidenceOf(root), id)} has no calibration.json; delete it`]
      }),
    ),
    ...problemsOf(() => bottlenecksProblems(root, command)),
  ]
}

/** Interrupted evaluations whose runs do not follow their plan; one at work is left alone. */
function unfinishedProblems(root: string): readonly string[] {
  if (isAtWork(evidenceOf(root))) return []
  return unfinishedIds(root).flatMap((id) =>
    problemsOf(() => {
      const { plan, runs, memoryProbe } = readUnfinished(root, id)
      refuseUnplannedRuns(plan, runs, memoryProbe)
      return []
    }),
  )
}

/** Ledgers of campaigns that do not follow from their rounds; one at work is left alone. */
function ledgerProblems(root: string, command: CommandOnRoot): readonly string[] {
  const names = isAtWork(evidenceOf(root)) ? undefined : readableCampaigns(root)
  // What cannot be read is named elsewhere.
  if (names === undefined) return []
  const again = command('replay', '--all', '--rewrite')
  return [
    ...foreignLedgers(root, names),
    ...names.flatMap((name) => problemsOf(() => ledgerProblem(root, name, again))),
  ]
}

function ledgerProblem(root: string, name: string, again: string): string[] {
  const found = compareLedger(root, name)
  const path = ledgerPath(root, name)
  if (found === 'absent') return [`${path} is missing; write it again with: ${again}`]
  if (found === 'same') return []
  return [
    `${path} does not follow from the records of the campaign; restore it, or write it again with: ${again}`,
  ]
}

function bottlenecksProblems(root: string, command: CommandOnRoot): string[] {
  const { path } = bottlenecksFile(root)
  const found = readIfThere(path)
  if (found === undefined) return []
  const seal = sealOf(found)
  const again = command('profile', 'LAYER', '--scenario all')
  if (seal === 'changed')
    return [`${path} was changed after it was written; restore it, or profile again: ${again}`]
  if (seal === 'unsealed')
    return [
      `${path} carries no hash of its text, so a change cannot be seen; profile again: ${again}`,
    ]
  return typeof checkBottlenecks(root, readRecords(root)) === 'string'
    ? []
    : [
        `${path} does not follow from the newest summary with profiles; write it again with: ${command('report', '--all')}, or profile again: ${again}`,
      ]
}

/** The problems that a look finds, or the message of the error that ends it. */
export function problemsOf(look: () => readonly string[]): readonly string[] {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    return [error.message]
  }
}
