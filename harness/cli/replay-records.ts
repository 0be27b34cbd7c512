import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { EXIT, type ExitCode, InputError, InvalidEvidenceError } from '../errors.js'
import type { Evidence } from '../evidence/evidence.js'
import { decisionsOf, evidenceOf, recordIds, unfinishedIds } from '../evidence/evidence-store.js'
import { differsInLineEnds, LINE_ENDS_CHANGED } from '../evidence/line-ends.js'
import type { Io } from '../io.js'
import { writeLedgers } from '../record/campaign-store.js'
import { renderDecision } from '../record/decision-markdown.js'
import {
  type DecisionRecord,
  RECORD_VERSION,
  recordText,
  toDecisionRecord,
} from '../record/decision-record.js'
import { readUnchangedEvidence } from '../record/evidence-digests.js'
import { renderIndex } from '../record/index-page.js'
import { verdictWords } from '../record/outcome-word.js'
import { readGenerated, readRecords, rewriteRecords } from '../record/record-store.js'
import { changedFigure } from '../record/same-figures.js'
import { toSequenceStep } from '../record/sequence-record.js'
import { numberOf } from '../record/supersession.js'
import {
  checkReport,
  checkReportIndex,
  reportedIds,
  rewriteReports,
  type StaleFile,
} from '../report/report-files.js'
import { reportIndexFile } from '../report/report-index-file.js'
import { acquireLock } from '../system/lock.js'
import { besideRecords } from './beside-records.js'
import { type CommandOnRoot, commandOnRoot } from './command-text.js'
import { resolveRecord } from './resolve-record.js'

/**
 * `assay replay <record>` · `assay replay --all`: derives records again from their stored runs and
 * compares every byte.
 *
 * @param name id or number of a record; undefined: all of them
 * @throws {InputError} no such record
 * @throws {InvalidEvidenceError} a file was changed, or differs from the one derived from the
 * evidence; the message names the file
 */
export function replayRecords(root: string, name: string | undefined, io: Io): ExitCode {
  const records = readRecords(root)
  const command = commandOnRoot(root, io.cwd)
  for (const record of chosenRecords(root, name, records)) {
    replayRecord(root, record, records, command)
    const report = reportOf(root, record, records, command)
    const files = Object.keys(record.evidence).length
    const about =
      report === 'same'
        ? 'the report matches'
        : `its report is missing; write it with: ${command('report', numberOf(record.id))}`
    io.stdout(
      `${record.id}  ${verdictWords(record)}  reproduced from ${files} evidence files; ${about}\n`,
    )
  }
  checkIndexes(root, records, command)
  if (name === undefined) refuseStrangers(root, command)
  return EXIT.done
}

/** All records were chosen, so everything beside them must be known too. */
function refuseStrangers(root: string, command: CommandOnRoot): void {
  const [first, ...others] = besideRecords(root, command)
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` (and ${others.length} more: ${command('check')})`
  throw new InvalidEvidenceError(`${first}${more}`)
}

/**
 * Compares the report of a record with what its record and evidence yield.
 *
 * @throws {InvalidEvidenceError} it differs; names the file
 */
export function reportOf(
  root: string,
  record: DecisionRecord,
  records: readonly DecisionRecord[],
  command: CommandOnRoot,
): 'same' | 'absent' {
  const report = checkReport(root, record, records)
  if (typeof report === 'object') throw staleReport(report, command('report', numberOf(record.id)))
  return report
}

/**
 * Compares both indexes with what the records yield. Without any report, their index may be absent.
 *
 * @throws {InvalidEvidenceError} one of them differs or is missing; names the file
 */
export function checkIndexes(
  root: string,
  records: readonly DecisionRecord[],
  command: CommandOnRoot,
): void {
  const unfinished = unfinishedIds(root)
  // An evaluation that stopped before its plan has written no index yet.
  if (records.length + unfinished.length > 0 || existsSync(join(decisionsOf(root), 'README.md')))
    compareFile(root, 'README.md', renderIndex(records, unfinished))
  const index = checkReportIndex(root, records)
  if (typeof index === 'object') throw staleReport(index, command('report', '--all'))
  if (index === 'absent' && reportedIds(root).size > 0)
    throw new InvalidEvidenceError(
      `${reportIndexFile(root).path} is missing; write it again with: ${command('report', '--all')}`,
    )
}

/**
 * `assay replay --rewrite`: derives records again and writes them in the format of this version:
 * JSON, markdown, reports, indexes. If a verdict, reason or figure of a record would change,
 * nothing is written.
 *
 * @param name id or number of a record; undefined: all of them
 * @throws {InputError} no such record, or another evaluation is at work
 * @throws {InvalidEvidenceError} the evidence was changed, or a figure would change; names the file
 * and the field
 */
export function rewriteFromEvidence(root: string, name: string | undefined, io: Io): ExitCode {
  const chosen = chosenRecords(root, name, readRecords(root))
  const lock = acquireLock(evidenceOf(root), io.now())
  try {
    const derived = chosen.map((record) => rederive(root, record))
    rewriteRecords(root, derived)
    const ids = chosen.map(({ id }) => id)
    rewriteReports(root, ids)
    writeLedgers(root)
    for (const record of chosen) {
      const { id, recordVersion } = record
      const from = recordVersion === RECORD_VERSION ? '' : ` from record version ${recordVersion}`
      io.stdout(
        `${id}  ${verdictWords(record)}  rewritten${from}, with every verdict, reason and figure unchanged\n`,
      )
    }
    return EXIT.done
  } finally {
    lock.release()
  }
}

/** @throws {InputError} no such record, or none at all */
export function chosenRecords(
  root: string,
  name: string | undefined,
  records: readonly DecisionRecord[],
): readonly DecisionRecord[] {
  const ids = name === undefined ? recordIds(root) : [resolveRecord(root, name)]
  if (ids.length === 0)
    throw new InputError(
      `no records in ${decisionsOf(root)}; evaluate a layer first, or name the place with --out`,
    )
  const chosen = records.filter(({ id }) => ids.includes(id))
  if (chosen.length !== ids.length)
    throw new InvalidEvidenceError(
      `only ${chosen.length} of ${ids.length} records could be replayed`,
    )
  return chosen
}

/**
 * Derives one record and its page again, and compares every byte.
 *
 * @throws {InvalidEvidenceError} a file was changed, or its evidence gives another; names the file
 */
export function replayRecord(
  root: string,
  record: DecisionRecord,
  records: readonly DecisionRecord[],
  command: CommandOnRoot,
): void {
  const { id, recordVersion } = record
  if (recordVersion === 1) {
    rederive(root, record)
    throw new InvalidEvidenceError(
      `${jsonOf(root, id)} was written by an older version of assay (record version ${recordVersion}, now ${RECORD_VERSION}): its figures follow from its evidence, but its bytes cannot be compared; write it again with: ${command('replay', '--rewrite', numberOf(id))}`,
    )
  }
  const evidence = readUnchangedEvidence(root, record)
  compareFile(root, `${id}.json`, recordText(toDecisionRecord(evidence, recordVersion)))
  compareSteps(root, evidence, records)
  compareFile(root, `${id}.md`, renderDecision(record, records))
}

/**
 * A summary is derived from its own folder. The records of its layers, if they are beside it, must
 * agree with it in every figure. Their digests may differ: a record may have been rewritten in a
 * later format.
 */
function compareSteps(
  root: string,
  { plan, sequence }: Evidence,
  records: readonly DecisionRecord[],
): void {
  for (const { step } of [...(sequence?.layers ?? []), ...(sequence?.leftOut ?? [])]) {
    const record = step && records.find(({ id }) => id === step.record)
    if (!record || isDeepStrictEqual(toSequenceStep(record, step.sha256), step)) continue
    throw new InvalidEvidenceError(
      `${join(evidenceOf(root), plan.id, 'sequence.json')} disagrees with ${record.id}; restore both, or evaluate all again`,
    )
  }
}

/**
 * Derives a record, maybe of an older version, again from its evidence.
 *
 * @throws {InvalidEvidenceError} a verdict, reason or figure would change
 */
function rederive(root: string, record: DecisionRecord): DecisionRecord {
  const derived = toDecisionRecord(readUnchangedEvidence(root, record))
  const changed = changedFigure(record, derived)
  if (changed === undefined) return derived
  throw new InvalidEvidenceError(
    `${jsonOf(root, record.id)} does not follow from its evidence: ${changed} would change; nothing was written; restore it, or evaluate again for a new record`,
  )
}

function jsonOf(root: string, id: string): string {
  return join(decisionsOf(root), `${id}.json`)
}

/** Compares a file below decisions/ with the one derived from its evidence. */
function compareFile(root: string, name: string, derived: string): void {
  const written = readGenerated(root, name)
  if (written === derived) return
  if (written !== undefined) refuseLineEnds(join(decisionsOf(root), name), written, derived)
  const where = written === undefined ? 'it is missing' : differenceIn(written, derived)
  throw new InvalidEvidenceError(
    `${join(decisionsOf(root), name)} does not follow from its evidence (${where}); restore it, or evaluate again for a new record`,
  )
}

/** Compares a report. Since a report is only rendered, it can be written again. */
function staleReport({ path, found, derived }: StaleFile, command: string): InvalidEvidenceError {
  refuseLineEnds(path, found, derived)
  return new InvalidEvidenceError(
    `${path} does not follow from its record and evidence (${differenceIn(found, derived)}); write it again with: ${command}`,
  )
}

/** @throws {InvalidEvidenceError} git changed the line ends of a file, and nothing else */
function refuseLineEnds(path: string, written: string, derived: string): void {
  if (differsInLineEnds(written, derived))
    throw new InvalidEvidenceError(`${path}: ${LINE_ENDS_CHANGED}`)
}

function differenceIn(written: string, derived: string): string {
  const [lines, others] = [written.split('\n'), derived.split('\n')]
  const length = Math.max(lines.length, others.length)
  const at = Array.from({ length }).findIndex((_, index) => lines[index] !== others[index])
  return `first difference in line ${at + 1}`
}
