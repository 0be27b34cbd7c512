import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory, readIfThere, writeWhole } from '../system/files.js'
import { foreignInTheWay, refuseForeign } from '../system/own-file.js'
import { COMMENT_MARK } from './gate-markdown.js'
import { CASES_FOLDER } from './measured-plan.js'

/** In `cases/`: the folder is an output of the gate, and the next gate replaces it. */
const CASES_MARK = '.assay-gate'
const SCHEMA_MARK = '"schema": "assay/gate@1"'
/** What `cases/` holds: a folder per plan, and the mark. */
const CASES = new Set([
  'pure',
  'everyday',
  'pure-confirmation',
  'everyday-confirmation',
  CASES_MARK,
])

/**
 * Removes the outputs of an earlier gate; nothing, unless all of it is ours.
 *
 * @throws {InputError} a file or folder of those names was not written by a gate
 */
export function clearOutputs(out: string): void {
  const report = join(out, 'gate.json')
  const comment = join(out, 'gate.md')
  const cases = join(out, CASES_FOLDER)
  refuseForeign({ path: report, mark: SCHEMA_MARK })
  refuseForeign({ path: comment, mark: COMMENT_MARK })
  refuseForeignCases(cases, readIfThere(report) !== undefined)
  for (const path of [report, comment, cases]) rmSync(path, { recursive: true, force: true })
}

/** Makes the folder of a plan in `cases/`, which gets a mark. @returns its path */
export function makeCaseFolder(out: string, planId: string): string {
  const folder = join(out, CASES_FOLDER, planId)
  makeDirectory(folder)
  writeWhole(join(out, CASES_FOLDER, CASES_MARK), '')
  return folder
}

/** A gate before this one may have left `cases/` without a mark, beside its report. */
function refuseForeignCases(cases: string, hasReport: boolean): void {
  const found = lstatSync(cases, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isDirectory()) throw foreignInTheWay(cases)
  const names = readdirSync(cases)
  if (names.length > 0 && !hasReport && !names.includes(CASES_MARK)) throw foreignInTheWay(cases)
  const stranger = names.find((name) => !CASES.has(name))
  if (stranger !== undefined) throw foreignInTheWay(join(cases, stranger))
}
