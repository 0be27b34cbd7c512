import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, type ExitCode, InputError, InvalidEvidenceError } from '../errors.js'
import {
  decisionsOf,
  evidenceOf,
  recordIds,
  reportsOf,
  unfinishedIds,
} from '../evidence/evidence-store.js'
import type { Io } from '../io.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { readRecord } from '../record/record-store.js'
import { numberOf } from '../record/supersession.js'
import { formatCounted } from '../text/format.js'
import { besideRecords, problemsOf } from './beside-records.js'
import { type CommandOnRoot, commandOnRoot } from './command-text.js'
import { checkIndexes, replayRecord, reportOf } from './replay-records.js'
import { calibrationIds } from './strangers.js'

/**
 * `assay check`: looks at everything in an evidence root and prints a line for each problem, with
 * the place and how to mend it.
 *
 * @throws {InputError} there is no evidence
 * @throws {InvalidEvidenceError} there are problems; they have been printed
 */
export function checkEvidence(root: string, io: Io): ExitCode {
  if (![decisionsOf(root), evidenceOf(root), reportsOf(root)].some((folder) => existsSync(folder)))
    throw new InputError(
      `no evidence in ${root}; evaluate a layer first, or name the place with --out`,
    )
  const ids = recordIds(root)
  const command = commandOnRoot(root, io.cwd)
  const problems = [...recordProblems(root, ids, command), ...besideRecords(root, command)]
  for (const problem of problems) io.stdout(`${problem}\n`)
  if (problems.length > 0)
    throw new InvalidEvidenceError(
      `${formatCounted(problems.length, 'problem')} in ${root}; each line names the place and the remedy`,
    )
  const counts = [
    formatCounted(ids.length, 'record'),
    formatCounted(unfinishedIds(root).length, 'unfinished evaluation'),
    formatCounted(calibrationIds(root).length, 'calibration'),
  ]
  io.stdout(`${counts.join(', ')}: everything is derived again and known\n`)
  return EXIT.done
}

function recordProblems(root: string, ids: readonly string[], command: CommandOnRoot): string[] {
  const records: DecisionRecord[] = []
  const unreadable = ids.flatMap((id) =>
    problemsOf(() => {
      records.push(readRecord(root, id))
      return []
    }),
  )
  const problems = records.flatMap((record) => [
    ...problemsOf(() => {
      replayRecord(root, record, records, command)
      return []
    }),
    ...problemsOf(() =>
      reportOf(root, record, records, command) === 'same'
        ? []
        : [
            `${join(reportsOf(root), `${record.id}.html`)} is missing; write it with: ${command('report', numberOf(record.id))}`,
          ],
    ),
  ])
  // With an unreadable record, no index can be derived.
  const indexes =
    unreadable.length > 0
      ? []
      : problemsOf(() => {
          checkIndexes(root, records, command)
          return []
        })
  return [...unreadable, ...problems, ...indexes]
}
